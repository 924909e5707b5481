//go:build !gpu

package driver

import (
	"fmt"

	"sweep/training/kernels/cuda"
)

// Open finds no device: this program was built without one.
func Open(int) (cuda.Device, error) {
	return nil, fmt.Errorf("%w: this program was built without `-tags gpu` (make gpu-build)", cuda.ErrNoDevice)
}

// Count finds none.
func Count() (int, error) {
	_, err := Open(0)
	return 0, err
}
