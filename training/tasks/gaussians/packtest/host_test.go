//go:build cudahost && amd64

package packtest_test

import (
	"testing"

	"sweep/training/checkpoint"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/tasks/gaussians/packtest"
)

func open(t *testing.T, order host.Order) cuda.Device {
	d := host.Open(order, false)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestPacksOnTheProcessor runs the suite on the kernels as C++.
func TestPacksOnTheProcessor(t *testing.T) {
	packtest.Run(t, func(t *testing.T) cuda.Device { return open(t, host.Shuffled) })
}

// TestTheOrderOfTheThreadsChangesNothing: where a barrier is missing it does.
func TestTheOrderOfTheThreadsChangesNothing(t *testing.T) {
	var want []checkpoint.State
	for _, order := range []host.Order{host.Forwards, host.Backwards, host.Shuffled} {
		got := packtest.Trained(t, open(t, order), 50)
		for i := range want {
			if err := packtest.SameState(got[i], want[i]); err != nil {
				t.Errorf("order %d, trial %d: %v", order, i, err)
			}
		}
		want = got
	}
}
