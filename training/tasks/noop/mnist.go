package noop

import (
	"context"
	"fmt"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
)

// Sets finds the data set with a digest on this machine.
type Sets interface {
	MNIST(digest string) (*data.Set, error)
}

// OverMNIST opens noop-mnist trials: a step looks at one training image. It
// measures and tests how data sets get to the workers.
type OverMNIST struct{ Sets Sets }

// Name is the schema's name.
func (OverMNIST) Name() string { return "noop-mnist" }

// Numerics is "any": a sum of bytes and one division are the same everywhere.
func (OverMNIST) Numerics() string { return "any" }

// Open makes a trial over the set that it was planned with. A machine without
// that set is no error of configuration: another one may have it.
func (o OverMNIST) Open(cfg training.Config) (tasks.Run, error) {
	set, err := o.Sets.MNIST(cfg.Data)
	if err != nil {
		return nil, err
	}
	return &overMNIST{part: set.Train, key: kernels.NewKey(cfg.Seed), points: make([]training.Point, 1)}, nil
}

type overMNIST struct {
	part   data.Part
	key    kernels.Key
	points []training.Point
}

// Step looks at one image that it draws.
func (r *overMNIST) Step(_ context.Context, step int64) ([]training.Point, string) {
	w := kernels.Counter{Stream: kernels.StreamNoop, Outer: uint32(step)}.Block(r.key, 0)
	i := kernels.Index(w[0], r.part.Len())
	sum := 0
	for _, v := range r.part.Images[i*data.Pixels : (i+1)*data.Pixels] {
		sum += int(v)
	}
	r.points[0] = training.Point{Metric: "value", Value: float64(sum) / data.Pixels}
	return r.points, ""
}

// Evaluate has nothing to score.
func (r *overMNIST) Evaluate(int64) ([]training.Point, []training.Artifact) { return nil, nil }

// State is the stream's position.
func (r *overMNIST) State(step int64) checkpoint.State {
	return checkpoint.State{Counters: map[string]int64{"stream.value": step + 1}}
}

// Restore checks the stream's position.
func (r *overMNIST) Restore(step int64, s checkpoint.State) error {
	if got := s.Counters["stream.value"]; got != step+1 {
		return fmt.Errorf("%w: its random stream stands at step %d, expected %d", training.ErrState, got, step+1)
	}
	return nil
}
