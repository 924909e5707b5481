//go:build gpu

package driver

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"gorgonia.org/cu"

	"sweep/training/kernels/cuda"
)

// Device is one device's primary context with our kernels loaded.
type Device struct {
	info   cuda.Info
	device cu.Device
	ctx    cu.CUContext
	module cu.Module
	stream cu.Stream
	funcs  map[string]cu.Function
	pinned unsafe.Pointer
	call   *cuda.Args // what C sees: an object without Go's pointers
}

// staging is the page-locked memory, in bytes, that copies go through.
const staging = 1 << 20

// Count is the number of devices; its error wraps cuda.ErrNoDevice when there is
// none.
func Count() (int, error) {
	if why := missing(); why != "" {
		return 0, fmt.Errorf("%w: %s", cuda.ErrNoDevice, why)
	}
	n, err := cu.NumDevices()
	if err != nil {
		return 0, fmt.Errorf("%w: counting devices: %w", cuda.ErrNoDevice, err)
	}
	if n == 0 {
		return 0, fmt.Errorf("%w: the driver sees none", cuda.ErrNoDevice)
	}
	return n, nil
}

// Open opens a device by its number, which CUDA_VISIBLE_DEVICES may have moved.
func Open(ordinal int) (cuda.Device, error) {
	n, err := Count()
	if err != nil {
		return nil, err
	}
	if ordinal < 0 || ordinal >= n {
		return nil, fmt.Errorf("%w: number %d of %d", cuda.ErrNoDevice, ordinal, n)
	}
	d := &Device{funcs: map[string]cu.Function{}, call: &cuda.Args{}}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := d.open(ordinal); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Device) open(ordinal int) (err error) {
	if d.device, err = cu.GetDevice(ordinal); err != nil {
		return fmt.Errorf("device %d: %w", ordinal, err)
	}
	if d.ctx, err = d.device.RetainPrimaryCtx(); err != nil {
		return fmt.Errorf("a context on device %d: %w", ordinal, err)
	}
	if err = cu.SetCurrentContext(d.ctx); err != nil {
		return fmt.Errorf("a context on device %d: %w", ordinal, err)
	}
	if err = d.learn(); err != nil {
		return fmt.Errorf("asking device %d: %w", ordinal, err)
	}
	if d.stream, err = cu.MakeStream(cu.NonBlocking); err != nil {
		return fmt.Errorf("a stream on device %d: %w", ordinal, err)
	}
	if d.pinned, err = hostAlloc(staging); err != nil {
		return fmt.Errorf("page-locked memory: %w", err)
	}
	return d.load()
}

// learn fills the info.
func (d *Device) learn() error {
	name, err := d.device.Name()
	if err != nil {
		return err
	}
	major, minor, err := d.device.ComputeCapability()
	if err != nil {
		return err
	}
	free, total, err := cu.MemInfo()
	if err != nil {
		return err
	}
	compiled, err := cuda.ImageFor(major, minor)
	if err != nil {
		return err
	}
	d.info = cuda.Info{Name: name, Arch: fmt.Sprintf("sm%d%d", major, minor), Memory: total, Free: free,
		Driver: cu.Version(), Compiled: compiled}
	return nil
}

// load gives the driver the kernels for this device.
func (d *Device) load() error {
	image, err := cuda.Image(d.info.Compiled)
	if err != nil {
		return err
	}
	if d.module, err = cu.LoadData(string(image)); err != nil {
		return fmt.Errorf("loading the kernels for %s on %s: %w", d.info.Compiled, d.info.Name, err)
	}
	return nil
}

// Info tells what was found.
func (d *Device) Info() cuda.Info { return d.info }

// use makes the device's context current on this thread until the returned
// function is called.
func (d *Device) use() func() {
	runtime.LockOSThread()
	if err := cu.SetCurrentContext(d.ctx); err != nil {
		runtime.UnlockOSThread()
		return func() {}
	}
	return runtime.UnlockOSThread
}

// Alloc gives memory.
func (d *Device) Alloc(n int) (cuda.Pointer, error) {
	defer d.use()()
	p, err := cu.MemAlloc(int64(n))
	if err != nil {
		return 0, fmt.Errorf("%w: %d bytes on %s: %w", cuda.ErrMemory, n, d.info.Name, err)
	}
	return cuda.Pointer(p), nil
}

// Free gives it back.
func (d *Device) Free(p cuda.Pointer) error {
	defer d.use()()
	return cu.MemFree(cu.DevicePtr(p))
}

// Upload copies by way of page-locked memory, behind what was launched before.
func (d *Device) Upload(to cuda.Pointer, from unsafe.Pointer, n int) error {
	defer d.use()()
	for at := 0; at < n; at += staging {
		part := min(staging, n-at)
		copy(unsafe.Slice((*byte)(d.pinned), part), unsafe.Slice((*byte)(unsafe.Add(from, at)), part))
		if err := cu.MemcpyHtoDAsync(cu.DevicePtr(to)+cu.DevicePtr(at), d.pinned, int64(part), d.stream); err != nil {
			return fmt.Errorf("copying to the device: %w", err)
		}
		if err := d.stream.Synchronize(); err != nil {
			return fmt.Errorf("copying to the device: %w", err)
		}
	}
	return nil
}

// Download copies by way of page-locked memory, behind what was launched before.
func (d *Device) Download(to unsafe.Pointer, from cuda.Pointer, n int) error {
	defer d.use()()
	for at := 0; at < n; at += staging {
		part := min(staging, n-at)
		if err := cu.MemcpyDtoHAsync(d.pinned, cu.DevicePtr(from)+cu.DevicePtr(at), int64(part), d.stream); err != nil {
			return fmt.Errorf("copying from the device: %w", err)
		}
		if err := d.stream.Synchronize(); err != nil {
			return fmt.Errorf("copying from the device: %w", err)
		}
		copy(unsafe.Slice((*byte)(unsafe.Add(to, at)), part), unsafe.Slice((*byte)(d.pinned), part))
	}
	return nil
}

// Launch puts a kernel on the stream.
func (d *Device) Launch(kernel string, gx, gy, gz int, args *cuda.Args) error {
	f, err := d.function(kernel)
	if err != nil {
		return err
	}
	*d.call = *args
	if err := launch(d.ctx, f, [3]int{gx, gy, gz}, d.stream, d.call); err != nil {
		return fmt.Errorf("%s over %d×%d×%d blocks: %w", kernel, gx, gy, gz, err)
	}
	return nil
}

func (d *Device) function(kernel string) (cu.Function, error) {
	if f, ok := d.funcs[kernel]; ok {
		return f, nil
	}
	defer d.use()()
	f, err := d.module.Function(kernel)
	if err != nil {
		return f, fmt.Errorf("kernel %s: %w", kernel, err)
	}
	d.funcs[kernel] = f
	return f, nil
}

// Sync waits for the stream.
func (d *Device) Sync() error {
	defer d.use()()
	return d.stream.Synchronize()
}

// Close gives everything back.
func (d *Device) Close() error {
	defer d.use()()
	var errs []error
	if d.pinned != nil {
		errs = append(errs, cu.MemFreeHost(d.pinned))
	}
	if d.stream != (cu.Stream{}) {
		errs = append(errs, d.stream.Destroy())
	}
	if d.module != (cu.Module{}) {
		errs = append(errs, d.module.Unload())
	}
	if d.ctx != (cu.CUContext{}) {
		errs = append(errs, d.device.ReleasePrimaryCtx())
	}
	return errors.Join(errs...)
}
