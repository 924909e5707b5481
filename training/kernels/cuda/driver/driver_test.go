package driver_test

import (
	"errors"
	"testing"

	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/driver"
)

// TestAMachineWithoutADeviceIsAnError: with and without the tag, and never an
// exit. Where there is a device it opens.
func TestAMachineWithoutADeviceIsAnError(t *testing.T) {
	n, err := driver.Count()
	if n > 0 && err == nil {
		d, err := driver.Open(0)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	if !errors.Is(err, cuda.ErrNoDevice) {
		t.Errorf("counting gives %d, %v", n, err)
	}
	if _, err := driver.Open(0); !errors.Is(err, cuda.ErrNoDevice) {
		t.Errorf("opening gives %v", err)
	} else {
		t.Log(err)
	}
}
