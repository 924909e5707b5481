//go:build cudahost && amd64

package packtest_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/engine"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/tasks/gaussians"
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

// tape keeps the calls of a trial's recorder, but for the clock's.
type tape []string

func (r *tape) Record(step int64, points []training.Point) error {
	*r = append(*r, fmt.Sprint(step, points))
	return nil
}

func (r *tape) Artifact(a training.Artifact) error {
	*r = append(*r, fmt.Sprintf("%d %s %x", a.Step, a.Name, sha256.Sum256(a.Data)))
	return nil
}

func (r *tape) Checkpoint(c training.Checkpoint) error {
	*r = append(*r, fmt.Sprintf("%d %x", c.Step, sha256.Sum256(c.Data)))
	return nil
}

// TestTheEngineRecordsTheSameOfAPackAndOfEachAlone: points, evaluations, artifacts
// and checkpoints, byte for byte.
func TestTheEngineRecordsTheSameOfAPackAndOfEachAlone(t *testing.T) {
	e := engine.New(gaussians.Packed{Device: open(host.Shuffled), Info: host.Open(host.Shuffled, false).Info(), Precision: cuda.FP32, Size: 8})
	if e.Numerics("gaussians") != "cuda-host-fp32" || e.PackSize("gaussians") != 8 {
		t.Errorf("numerics %s, packs of %d", e.Numerics("gaussians"), e.PackSize("gaussians"))
	}
	var jobs []training.PackJob
	tapes := []*tape{{}, {}, {}}
	for i, steps := range []int64{3, 5, 4} {
		cfg := packtest.Tiny(t, int64(i+1), steps)
		jobs = append(jobs, training.PackJob{Job: training.Job{Config: cfg, Every: training.Cadence{Steps: 2}}, Ctx: t.Context(), Rec: tapes[i]})
	}
	results, err := e.TrainPack(t.Context(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for i, j := range jobs {
		alone := &tape{}
		r, err := e.Train(t.Context(), j.Job, alone)
		if err != nil || results[i].Err != nil {
			t.Fatal(err, results[i].Err)
		}
		if fmt.Sprint(r) != fmt.Sprint(results[i].Result) || r.Outcome != training.Finished {
			t.Errorf("trial %d: %v, alone %v", i, results[i].Result, r)
		}
		if !slices.Equal(*alone, *tapes[i]) {
			t.Errorf("trial %d recorded %v, alone %v", i, *tapes[i], *alone)
		}
	}
}
