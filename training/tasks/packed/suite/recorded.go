package suite

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/tasks"
)

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

// Recorded tests that the engine records the same of a pack and of each trial
// alone: points, evaluations, artifacts and checkpoints, byte for byte.
func Recorded(t *testing.T, task tasks.PackTask, cfgs ...training.Config) {
	e := engine.New(task)
	if e.Numerics(task.Name()) != task.Numerics() || e.PackSize(task.Name()) != task.PackSize() {
		t.Errorf("numerics %s, packs of %d", e.Numerics(task.Name()), e.PackSize(task.Name()))
	}
	var jobs []training.PackJob
	var together []*tape
	for _, cfg := range cfgs {
		own := &tape{}
		together = append(together, own)
		jobs = append(jobs, training.PackJob{Job: training.Job{Config: cfg, Every: training.Cadence{Steps: 2}}, Ctx: t.Context(), Rec: own})
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
		if !slices.Equal(*alone, *together[i]) {
			t.Errorf("trial %d recorded %v, alone %v", i, *together[i], *alone)
		}
	}
}
