// Package driver is the real CUDA device, through gorgonia.org/cu and one cgo file
// for what that lacks: capture, pinned memory, function attributes. It is
// compiled under the build tag gpu alone; without the tag it knows no device.
//
// It promises that a machine without a driver or a device is an error that wraps
// cuda.ErrNoDevice, never an exit: the program links trampolines that look for
// the driver's library when it starts. A Device may be used from any goroutine,
// by one at a time. It imports package cuda and gorgonia.org/cu only.
package driver
