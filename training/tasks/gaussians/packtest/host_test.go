//go:build cudahost && amd64

package packtest_test

import (
	"testing"

	"sweep/training/checkpoint"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/gaussians/packtest"
	"sweep/training/tasks/packed/suite"
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

// TestTheEngineRecordsTheSameOfAPackAndOfEachAlone: points, evaluations, artifacts
// and checkpoints, byte for byte.
func TestTheEngineRecordsTheSameOfAPackAndOfEachAlone(t *testing.T) {
	task := gaussians.Packed{Device: open(host.Shuffled), Info: host.Open(host.Shuffled, false).Info(), Precision: cuda.FP32, Size: 8}
	if task.Numerics() != "cuda-host-fp32" {
		t.Errorf("numerics %s", task.Numerics())
	}
	suite.Recorded(t, task, packtest.Tiny(t, 1, 3), packtest.Tiny(t, 2, 5), packtest.Tiny(t, 3, 4))
}
