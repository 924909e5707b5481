package faces

import (
	"context"
	"fmt"
	"slices"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks"
	"sweep/training/tasks/faces/data"
	"sweep/training/unroll"
)

// Sets finds the data set with a name and a digest on this machine.
type Sets interface {
	Faces(name, digest string) (*data.Set, error)
}

// Quality scores generated pictures (package quality). Pictures are (n, 3·size²)
// from −1 to 1, NCHW.
type Quality interface {
	// Samples is how many it wants.
	Samples() int
	// Ceiling are the scores of real pictures in the generated ones' place.
	Ceiling() []training.Point
	// Points scores pictures.
	Points(pictures []float32) []training.Point
	// Paths scores interpolations and analogies of codes (n, zDim) that generate
	// makes pictures of.
	Paths(generate func(z []float32) []float32, zDim, pairs int) []training.Point
	// Analogies are codes for a sheet of analogies: up to so many rows of A, B, C
	// and A − B + C.
	Analogies(generate func(z []float32) []float32, zDim, rows int) []float32
}

// Task opens trials in float32.
type Task struct {
	Sets Sets

	// Quality makes what scores n generated pictures; nil for nothing.
	Quality func(be kernels.Backend[float32], set *data.Set, n int) (Quality, error)

	// Backend makes the backend of one trial; nil takes the best of this machine.
	Backend func() kernels.Backend[float32]
}

// Name is the schema's name.
func (Task) Name() string { return "faces" }

// Numerics is the backend's name.
func (t Task) Numerics() string { return t.backend().Name() }

// Open makes a trial at step 0 over the set that it was planned with. A machine
// without that set is no error of configuration: another one may have it.
func (t Task) Open(cfg training.Config) (tasks.Run, error) { return t.openOn(cfg, t.backend()) }

// openOn is Open; pictures are scored on the task's own backend.
func (t Task) openOn(cfg training.Config, be kernels.Backend[float32]) (tasks.Run, error) {
	set, err := t.set(cfg)
	if err != nil {
		return nil, err
	}
	r, err := open(cfg, set, be)
	if err != nil {
		return nil, err
	}
	if r.painter.quality, err = t.judge(set, r.scored); err != nil {
		return nil, err
	}
	return r, nil
}

// set is the pictures that a trial was planned with.
func (t Task) set(cfg training.Config) (*data.Set, error) {
	schema, _ := training.SchemaOf(cfg.Task)
	return t.Sets.Faces(schema.DataSet(cfg.Params), cfg.Data)
}

// judge is what scores a trial's pictures, nil for nothing.
func (t Task) judge(set *data.Set, n int) (Quality, error) {
	if t.Quality == nil || n == 0 {
		return nil, nil
	}
	q, err := t.Quality(t.backend(), set, n)
	if err != nil {
		return nil, fmt.Errorf("task faces: %w", err)
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
	painter *painter[T]
	points  []training.Point
}

// Open makes a trial at step 0 in any precision. Nothing scores its pictures.
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
	if set.Size != s.size {
		return nil, fmt.Errorf("%w: task faces: pictures of %d×%d where %d×%d were planned", training.ErrConfig, set.Size, set.Size, s.size, s.size)
	}
	m, err := newGame(s, set, be)
	if err != nil {
		return nil, err
	}
	r := &run[T]{game: m, loop: m.loop()}
	if r.painter, err = newPainter(be, m.gen, s); err != nil {
		return nil, fmt.Errorf("task faces: %w", err)
	}
	return r, nil
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

// Evaluate draws the generator's pictures and scores them.
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
	if step%r.evalEvery != 0 {
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
