package main

import (
	"fmt"
	"os"

	"sweep/storage"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/driver"
	trainable "sweep/training/tasks"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/stacked"
)

// deviceVariable chooses what trials train on: cpu, which is meant where it
// is not set; cuda; cuda-tf32; or auto, a device where there is one.
const deviceVariable = "SWEEP_DEVICE"

// packSize is the most trials that one pack holds on a device. A faces trial of the
// source's size takes 2.9 GB there, one of mnist-ssl or stacked-mnist 0.06: where fewer fit, packs
// are halved.
const (
	packSize      = 256
	packSizeMNIST = 64
	packSizeFaces = 32
)

// hardware is what trials train on; its zero value is the processor.
type hardware struct {
	cuda      bool
	precision cuda.Precision
	info      cuda.Info
}

// chooseDevice reads the environment. With auto it says why there is no device.
func (a *app) chooseDevice() (h hardware, err error) {
	setting := os.Getenv(deviceVariable)
	switch setting {
	case "", "cpu":
		return h, nil
	case "cuda", "auto":
		h.precision = cuda.FP32
	case "cuda-tf32":
		h.precision = cuda.TF32
	default:
		return h, invalid("%s=%s: expected cpu, cuda, cuda-tf32 or auto", deviceVariable, setting)
	}
	h.info, err = found()
	if err == nil {
		h.cuda = true
		return h, nil
	}
	if setting == "auto" {
		fmt.Fprintln(a.err, "training on the processor:", err)
		return hardware{}, nil
	}
	return h, invalid("%s=%s: %w", deviceVariable, setting, err)
}

// openDevice opens the first device that CUDA_VISIBLE_DEVICES lets us see.
func openDevice() (cuda.Device, error) { return driver.Open(0) }

// found opens the device, asks what it is and closes it.
func found() (cuda.Info, error) {
	dev, err := openDevice()
	if err != nil {
		return cuda.Info{}, err
	}
	info := dev.Info()
	return info, dev.Close()
}

// gaussians is the task of ring trials.
func (h hardware) gaussians() trainable.Task {
	if !h.cuda {
		return gaussians.Task{}
	}
	return gaussians.Packed{Device: openDevice, Info: h.info, Precision: h.precision, Size: packSize}
}

// mnist is the task of mnist-ssl trials.
func (h hardware) mnist(t mnist.Task) trainable.Task {
	if !h.cuda {
		return t
	}
	return mnist.Packed{Task: t, Device: openDevice, Info: h.info, Precision: h.precision, Size: packSizeMNIST}
}

// faces is the task of faces trials.
func (h hardware) faces(t faces.Task) trainable.Task {
	if !h.cuda {
		return t
	}
	return faces.Packed{Task: t, Device: openDevice, Info: h.info, Precision: h.precision, Size: packSizeFaces}
}

// stacked is the task of stacked-mnist trials.
func (h hardware) stacked(t stacked.Task) trainable.Task {
	if !h.cuda {
		return t
	}
	return stacked.Packed{Task: t, Device: openDevice, Info: h.info, Precision: h.precision, Size: packSizeMNIST}
}

// program is program, with the device beside the processor.
func (h hardware) program() storage.Program {
	p := program()
	if h.cuda {
		p.Machine += ", " + h.info.Name
	}
	return p
}
