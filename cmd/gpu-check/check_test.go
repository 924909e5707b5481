//go:build gpu

package gpucheck

import (
	"fmt"
	"os"
	"testing"

	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/driver"
	"sweep/training/kernels/kerneltest"
	facespacks "sweep/training/tasks/faces/packtest"
	"sweep/training/tasks/gaussians/packtest"
	mnistpacks "sweep/training/tasks/mnist/packtest"
	stackedpacks "sweep/training/tasks/stacked/packtest"
)

func TestMain(m *testing.M) {
	dev, err := driver.Open(0)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gpu-check:", err)
		os.Exit(1)
	}
	i := dev.Info()
	fmt.Printf("device: %s, %s, driver %d, kernels for %s\n", i.Name, i.Arch, i.Driver, i.Compiled)
	if err := dev.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "gpu-check:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func open() (cuda.Device, error) { return driver.Open(0) }

func device(t *testing.T) cuda.Device {
	t.Helper()
	dev, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev
}

func TestTheKernelsPassTheSuite(t *testing.T) {
	be, err := cuda.New(device(t), cuda.FP32)
	if err != nil {
		t.Fatal(err)
	}
	defer be.Close()
	kerneltest.Run(t, be)
}

func TestPacks(t *testing.T) { packtest.Run(t, open) }

func TestPacksOfMNIST(t *testing.T) { mnistpacks.Run(t, open) }

func TestPacksOfFaces(t *testing.T) { facespacks.Run(t, open) }

func TestPacksOfStackedMNIST(t *testing.T) { stackedpacks.Run(t, open) }

// TestProductsKeepToRegisters: a tile that spills is slow.
func TestProductsKeepToRegisters(t *testing.T) {
	dev := device(t).(*driver.Device)
	for _, kernel := range []string{"k_product", "k_product_tf32", "k_conv", "k_conv_grad_input", "k_conv_grad_weight"} {
		cost, err := dev.Cost(kernel)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", kernel, cost)
		if cost.Local > 0 {
			t.Errorf("%s keeps %d bytes a thread outside registers", kernel, cost.Local)
		}
	}
}
