package stacked

import (
	"context"
	"fmt"
	"slices"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// Sets finds the data set with a digest on this machine.
type Sets interface {
	MNIST(digest string) (*data.Set, error)
}

// Task opens trials in float32.
type Task struct {
	Sets Sets

	// Backend makes the backend of one trial; nil takes the best of this machine.
	Backend func() kernels.Backend[float32]
}

// Name is the schema's name.
func (Task) Name() string { return "stacked-mnist" }

// Numerics is the backend's name.
func (t Task) Numerics() string { return t.backend().Name() }

// Open makes a trial at step 0 over the set that it was planned with. A machine
// without that set is no error of configuration: another one may have it.
func (t Task) Open(cfg training.Config) (tasks.Run, error) { return t.openOn(cfg, t.backend()) }

// openOn is Open; modes are counted on the task's own backend.
func (t Task) openOn(cfg training.Config, be kernels.Backend[float32]) (tasks.Run, error) {
	set, err := t.Sets.MNIST(cfg.Data)
	if err != nil {
		return nil, err
	}
	r, err := open(cfg, set, be)
	if err != nil {
		return nil, err
	}
	if r.painter.judge, err = newJudge(t.backend()); err != nil {
		return nil, err
	}
	return r, nil
}

func (t Task) backend() kernels.Backend[float32] {
	if t.Backend == nil {
		return cpu.New()
	}
	return t.Backend()
}

// run is one trial.
type run[T kernels.Float] struct {
	*game[T]
	loop    *unroll.Loop[T]
	painter *painter[T]
	points  []training.Point
}

// Open makes a trial at step 0 in any precision. Nothing counts its modes.
func Open[T kernels.Float](cfg training.Config, set *data.Set, be kernels.Backend[T]) (tasks.Run, error) {
	r, err := open(cfg, set, be)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func open[T kernels.Float](cfg training.Config, set *data.Set, be kernels.Backend[T]) (*run[T], error) {
	return openWith(read(cfg), set, be)
}

func openWith[T kernels.Float](s settings, set *data.Set, be kernels.Backend[T]) (*run[T], error) {
	m, err := newGame(s, set, be)
	if err != nil {
		return nil, err
	}
	p, err := newPainter(be, m)
	if err != nil {
		return nil, err
	}
	return &run[T]{game: m, loop: m.loop(), painter: p}, nil
}

// Step trains one outer iteration: one update of the generator.
func (r *run[T]) Step(_ context.Context, step int64) ([]training.Point, string) {
	look, generator := r.loop.Step(uint32(step))
	r.points = append(r.points[:0],
		training.Point{Metric: "d_loss", Value: look.Loss},
		training.Point{Metric: "d_real", Value: look.Real},
		training.Point{Metric: "d_fake", Value: look.Fake},
		training.Point{Metric: "g_loss", Value: generator})
	return r.points, r.diverged(step)
}

// Evaluate counts the generator's modes and, at step 0, those of real stacks.
func (r *run[T]) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	return r.painter.evaluate(step)
}

// diverged finds a loss that is NaN or infinite; before an evaluation, a
// parameter too. One that became so earlier shows in the next step's losses.
func (r *run[T]) diverged(step int64) string {
	for _, p := range r.points {
		if p.Value-p.Value != 0 {
			return fmt.Sprintf("%s is %v at step %d", p.Metric, p.Value, step)
		}
	}
	if !r.evaluates(step) {
		return ""
	}
	return r.infinite(r.be, step)
}

// infinite finds a parameter that is NaN or infinite.
func (r *run[T]) infinite(be kernels.Backend[T], step int64) string {
	for _, p := range slices.Concat(r.disc.Params, r.gen.Params) {
		if !be.Finite(p.Data) {
			return fmt.Sprintf("%s is not finite at step %d", p.Name, step)
		}
	}
	return ""
}
