//go:build cudahost && amd64

package packtest_test

import (
	"testing"

	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/tasks/stacked/packtest"
)

// TestPacksOnTheProcessor runs the suite on the kernels as C++.
func TestPacksOnTheProcessor(t *testing.T) {
	packtest.Run(t, func() (cuda.Device, error) { return host.Open(host.Shuffled, false), nil })
}
