//go:build cudahost && amd64

package packtest_test

import (
	"testing"

	"sweep/training/checkpoint"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/tasks/gaussians/packtest"
)

func open(order host.Order) packtest.Opener {
	return func() (cuda.Device, error) { return host.Open(order, false), nil }
}

// TestPacksOnTheProcessor runs the suite on the kernels as C++.
func TestPacksOnTheProcessor(t *testing.T) { packtest.Run(t, open(host.Shuffled)) }

// TestTheOrderOfTheThreadsChangesNothing: where a barrier is missing it does.
func TestTheOrderOfTheThreadsChangesNothing(t *testing.T) {
	var want []checkpoint.State
	for _, order := range []host.Order{host.Forwards, host.Backwards, host.Shuffled} {
		got := packtest.Trained(t, open(order), 50)
		for i := range want {
			if err := packtest.SameState(got[i], want[i]); err != nil {
				t.Errorf("order %d, trial %d: %v", order, i, err)
			}
		}
		want = got
	}
}
