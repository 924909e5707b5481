package packed_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/packed"
)

// memory is a pack of which it only matters when it is freed.
type memory struct{ freed *atomic.Bool }

func (m memory) Step(context.Context, []int64, []tasks.Stepped) error { m.collect(); return nil }
func (m memory) Member(int) tasks.Member                              { return m }
func (m memory) Close() error                                         { m.freed.Store(true); return nil }

func (m memory) Evaluate(int64) ([]training.Point, []training.Artifact) { m.collect(); return nil, nil }
func (m memory) State(int64) checkpoint.State                           { m.collect(); return checkpoint.State{} }
func (m memory) Restore(int64, checkpoint.State) error                  { m.collect(); return nil }

// collect gives the garbage collector the time to free what nobody holds.
func (m memory) collect() {
	for range 5 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if m.freed.Load() {
		panic("freed during a call")
	}
}

func openOne(t *testing.T, freed *atomic.Bool) tasks.Run {
	t.Helper()
	o := packed.Opener{
		Device: func() (cuda.Device, error) { return nil, nil },
		Pack:   func([]training.Config, cuda.Device, cuda.Precision) (tasks.Pack, error) { return memory{freed}, nil },
	}
	run, err := o.Open(training.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestATrialsMemoryIsFreedAfterItsLastCallAndNotDuringIt(t *testing.T) {
	for name, last := range map[string]func(tasks.Run){
		"Step":     func(r tasks.Run) { r.Step(t.Context(), 1) },
		"Evaluate": func(r tasks.Run) { r.Evaluate(1) },
		"State":    func(r tasks.Run) { r.State(1) },
		"Restore":  func(r tasks.Run) { r.Restore(1, checkpoint.State{}) },
	} {
		t.Run(name, func(t *testing.T) {
			var freed atomic.Bool
			last(openOne(t, &freed))
			for end := time.Now().Add(10 * time.Second); !freed.Load(); time.Sleep(time.Millisecond) {
				if runtime.GC(); time.Now().After(end) {
					t.Fatal("never freed")
				}
			}
		})
	}
}

func TestTrialsOfTwoShapesAreNotOnePack(t *testing.T) {
	config := func(task, name string, v int64) training.Config {
		cfg, err := training.NewConfig(task, training.Params{}.With(name, training.IntValue(v)), 1)
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	a := config("gaussians", "k", 1)
	for _, c := range []struct {
		name string
		cfgs []training.Config
		fits bool
	}{
		{"k differs", []training.Config{a, config("gaussians", "k", 2)}, true},
		{"the batch differs", []training.Config{a, config("gaussians", "batch", 17)}, false},
		{"the task differs", []training.Config{a, config("mnist-ssl", "k", 1)}, false},
		{"nobody", nil, false},
	} {
		if err := packed.OneShape(c.cfgs); (err == nil) != c.fits {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
