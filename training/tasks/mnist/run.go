package mnist

import (
	"context"
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/nets"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// Sets finds the data set with a digest on this machine.
type Sets interface {
	MNIST(digest string) (*data.Set, error)
}

// Quality scores generated images (package quality).
type Quality interface {
	// Samples is how many it wants.
	Samples() int
	// Ceiling are the scores of real images in the generated ones' place.
	Ceiling() []training.Point
	// Points scores images (n, 784), ink from 0 to 1.
	Points(images []float32) []training.Point
}

// Task opens trials in float32.
type Task struct {
	Sets Sets

	// Quality makes what scores n generated images; nil for nothing.
	Quality func(be kernels.Backend[float32], set *data.Set, n int) (Quality, error)

	// Backend makes the backend of one trial; nil takes the best of this machine.
	Backend func() kernels.Backend[float32]
}

// Name is the schema's name.
func (Task) Name() string { return "mnist-ssl" }

// Numerics is the backend's name.
func (t Task) Numerics() string { return t.backend().Name() }

// Open makes a trial at step 0 over the set that it was planned with. A machine
// without that set is no error of configuration: another one may have it.
func (t Task) Open(cfg training.Config) (tasks.Run, error) {
	set, err := t.Sets.MNIST(cfg.Data)
	if err != nil {
		return nil, err
	}
	be := t.backend()
	r, err := open(cfg, set, be)
	if err != nil {
		return nil, err
	}
	r.quality, err = t.quality(be, set, r.settings)
	return r, err
}

// quality is what scores a trial's images, nil where nothing does.
func (t Task) quality(be kernels.Backend[float32], set *data.Set, s settings) (Quality, error) {
	if t.Quality == nil || !s.unsupervised || s.scored == 0 {
		return nil, nil
	}
	q, err := t.Quality(be, set, s.scored)
	if err != nil {
		return nil, fmt.Errorf("task mnist-ssl: %w", err)
	}
	return q, nil
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
	average *average[T]
	judge   *judge[T]
	painter *painter[T] // nil without a generator
	quality Quality     // nil for none
	tests   []int32     // all test images
	best    chosen
	points  []training.Point
}

// Open makes a trial at step 0 in any precision.
// Nothing scores its images.
func Open[T kernels.Float](cfg training.Config, set *data.Set, be kernels.Backend[T]) (tasks.Run, error) {
	r, err := open(cfg, set, be)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func open[T kernels.Float](cfg training.Config, set *data.Set, be kernels.Backend[T]) (*run[T], error) {
	m, err := newGame(read(cfg), set, be)
	if err != nil {
		return nil, err
	}
	return newRun(m)
}

// newRun makes a trial of a game at step 0.
func newRun[T kernels.Float](m *game[T]) (r *run[T], err error) {
	r = &run[T]{game: m, loop: m.loop(), average: newAverage(m.disc, m.improved), tests: make([]int32, m.images.set.Test.Len())}
	for i := range r.tests {
		r.tests[i] = int32(i)
	}
	if r.judge, err = newJudge(m.be, r.average.seen, m.images.scale, len(m.images.chosen.Validation)); err != nil {
		return nil, fmt.Errorf("task mnist-ssl: %w", err)
	}
	if m.unsupervised {
		if r.painter, err = newPainter(m.be, m.gen, m.key); err != nil {
			return nil, fmt.Errorf("task mnist-ssl: %w", err)
		}
	}
	return r, nil
}

// Step trains one outer iteration: one update of the generator.
func (r *run[T]) Step(_ context.Context, step int64) ([]training.Point, string) {
	r.loop.D.SetRate(r.falloff(r.d.Rate, step))
	r.loop.G.SetRate(r.falloff(r.g.Rate, step))
	look, generator := r.loop.Step(uint32(step))
	r.average.take(step)
	r.points = append(r.points[:0],
		training.Point{Metric: "d_loss", Value: look.Loss},
		training.Point{Metric: "d_labelled", Value: r.labelledLoss})
	if r.unsupervised {
		r.points = append(r.points,
			training.Point{Metric: "d_real", Value: look.Real},
			training.Point{Metric: "d_fake", Value: look.Fake},
			training.Point{Metric: "g_loss", Value: generator})
	}
	return r.points, r.diverged(step)
}

// Evaluate scores the classifier and draws the generator's pictures.
func (r *run[T]) Evaluate(step int64) (points []training.Point, artifacts []training.Artifact) {
	if !r.evaluates(step) {
		return nil, nil
	}
	verdict, points := r.judgement(step)
	if step == 0 && r.quality != nil {
		points = append(points, r.quality.Ceiling()...)
	}
	if !r.draws(step) {
		return points, nil
	}
	if r.quality != nil {
		points = append(points, r.quality.Points(r.painter.samples(step, r.quality.Samples()))...)
	}
	artifacts = append(artifacts, confusion(step, verdict))
	if r.unsupervised {
		artifacts = append(artifacts, r.painter.pictures(step, step == r.epochs*r.evalEvery)...)
	}
	return points, artifacts
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
	for _, p := range r.trained() {
		if !r.be.Finite(p.Data) {
			return fmt.Sprintf("%s is not finite at step %d", p.Name, step)
		}
	}
	return ""
}

// trained are both networks' trained parameters.
func (r *run[T]) trained() []*nets.Param[T] {
	if !r.unsupervised {
		return r.disc.Params
	}
	return append(append([]*nets.Param[T]{}, r.disc.Params...), r.gen.Params...)
}
