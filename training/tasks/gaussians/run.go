package gaussians

import (
	"context"
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/nets"
	"sweep/training/tasks"
	"sweep/training/unroll"
)

// Task opens trials in float32.
type Task struct {
	// Backend makes the backend of one trial; nil takes the best of this machine.
	Backend func() kernels.Backend[float32]
}

// Name is the schema's name.
func (Task) Name() string { return "gaussians" }

// Numerics is the backend's name.
func (t Task) Numerics() string { return t.backend().Name() }

// Open makes a trial at step 0.
func (t Task) Open(cfg training.Config) (tasks.Run, error) { return Open(cfg, t.backend()) }

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
	sampler *sampler[T]
	points  []training.Point
}

// Open makes a trial at step 0 in any precision.
func Open[T kernels.Float](cfg training.Config, be kernels.Backend[T]) (tasks.Run, error) {
	s, err := read(cfg)
	if err != nil {
		return nil, err
	}
	return open(s, be)
}

func open[T kernels.Float](s settings, be kernels.Backend[T]) (tasks.Run, error) {
	r, err := openRun(s, be)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func openRun[T kernels.Float](s settings, be kernels.Backend[T]) (*run[T], error) {
	m, err := newGame(s, be)
	if err != nil {
		return nil, err
	}
	sampler, err := newSampler(be, m.net)
	if err != nil {
		return nil, err
	}
	return &run[T]{game: m, loop: m.loop(), sampler: sampler}, nil
}

// Step trains one outer iteration.
func (r *run[T]) Step(_ context.Context, step int64) ([]training.Point, string) {
	look, generator := r.loop.Step(uint32(step))
	r.points = append(r.points[:0],
		training.Point{Metric: "d_loss", Value: look.Loss},
		training.Point{Metric: "d_real", Value: look.Real},
		training.Point{Metric: "d_fake", Value: look.Fake},
		training.Point{Metric: "g_loss", Value: generator})
	return r.points, r.diverged(step)
}

// Evaluate scores the generator and, at step 0, true data.
func (r *run[T]) Evaluate(step int64) (points []training.Point, artifacts []training.Artifact) {
	if !r.evaluates(step) {
		return nil, nil
	}
	return r.evaluation(step, r.sampler.draw(r.key, step))
}

// evaluation scores the generator's points and, at step 0, true data.
func (s settings) evaluation(step int64, fake []float32) (points []training.Point, artifacts []training.Artifact) {
	if step == 0 {
		real := make([]float32, 2*Drawn)
		Draw(kernels.NewReference[float32](), s.mixture, real, s.key, kernels.Counter{Stream: kernels.StreamEvalReal})
		points = append(points, s.mixture.Score(real).points("real_")...)
		artifacts = append(artifacts, artifact("real", 0, real))
	}
	points = append(points, s.mixture.Score(fake).points("")...)
	if s.samples(step) {
		artifacts = append(artifacts, artifact("samples", step, fake))
	}
	return points, artifacts
}

// diverged finds the first loss or parameter that is NaN or infinite.
func (r *run[T]) diverged(step int64) string {
	for _, p := range r.points {
		if p.Value-p.Value != 0 {
			return fmt.Sprintf("%s is %v at step %d", p.Metric, p.Value, step)
		}
	}
	for _, mlp := range []*nets.MLP[T]{r.net, r.disc.Net} {
		for _, p := range mlp.Params {
			if !r.be.Finite(p.Data) {
				i := firstNotFinite(p.Data)
				return fmt.Sprintf("%s[%d] is %v at step %d", p.Name, i, p.Data[i], step)
			}
		}
	}
	return ""
}

func firstNotFinite[T kernels.Float](x []T) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}
