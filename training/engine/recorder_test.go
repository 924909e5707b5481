package engine_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/noop"
)

// tape keeps what training recorded, the way a store would: points under their
// metric and step, as bits, so that NaN equals NaN.
type tape struct {
	points      map[string]map[int64]uint64
	artifacts   map[string]string
	checkpoints []training.Checkpoint
	order       []string // one line per call, for the order of calls
	before      func(call string) error
}

func newTape() *tape {
	return &tape{points: map[string]map[int64]uint64{}, artifacts: map[string]string{}}
}

func (r *tape) called(format string, args ...any) error {
	call := fmt.Sprintf(format, args...)
	if r.before != nil {
		if err := r.before(call); err != nil {
			return err
		}
	}
	r.order = append(r.order, call)
	return nil
}

func (r *tape) Record(step int64, points []training.Point) error {
	if err := r.called("record %d", step); err != nil {
		return err
	}
	for _, p := range points {
		if r.points[p.Metric] == nil {
			r.points[p.Metric] = map[int64]uint64{}
		}
		if _, twice := r.points[p.Metric][step]; twice {
			return fmt.Errorf("%s of step %d came twice", p.Metric, step)
		}
		r.points[p.Metric][step] = math.Float64bits(p.Value)
	}
	return nil
}

func (r *tape) Artifact(a training.Artifact) error {
	if err := r.called("artifact %d %s", a.Step, a.Name); err != nil {
		return err
	}
	r.artifacts[fmt.Sprintf("%s %d %s%s", a.Name, a.Step, a.MediaType, a.Extension)] = string(a.Data)
	return nil
}

func (r *tape) Checkpoint(c training.Checkpoint) error {
	if err := r.called("checkpoint %d", c.Step); err != nil {
		return err
	}
	r.checkpoints = append(r.checkpoints, c)
	return nil
}

// rollBack forgets what came after the newest checkpoint, as a claim does, and
// returns that checkpoint's bytes.
func (r *tape) rollBack() []byte {
	to := int64(-1)
	var data []byte
	if n := len(r.checkpoints); n > 0 {
		to, data = r.checkpoints[n-1].Step, r.checkpoints[n-1].Data
	}
	for _, steps := range r.points {
		for step := range steps {
			if step > to {
				delete(steps, step)
			}
		}
	}
	return data
}

func (r *tape) final() training.Checkpoint { return r.checkpoints[len(r.checkpoints)-1] }

var errCrash = errors.New("the recorder crashed")

// newEngine trains on the best backend of this machine.
func newEngine() *engine.Engine { return engine.New(gaussians.Task{}, noop.Task{}) }

// engines are the reference's and the best backend's of this machine, by
// numerics key.
func engines() map[string]*engine.Engine {
	reference := gaussians.Task{Backend: func() kernels.Backend[float32] { return kernels.NewReference[float32]() }}
	all := map[string]*engine.Engine{}
	for _, task := range []gaussians.Task{reference, {}} {
		all[task.Numerics()] = engine.New(task, noop.Task{})
	}
	return all
}

func onEveryBackend(t *testing.T, test func(t *testing.T, e *engine.Engine)) {
	t.Helper()
	for key, e := range engines() {
		t.Run(key, func(t *testing.T) { test(t, e) })
	}
}

func config(t testing.TB, task string, seed int64, settings ...any) training.Config {
	t.Helper()
	var p training.Params
	for i := 0; i < len(settings); i += 2 {
		name := settings[i].(string)
		switch v := settings[i+1].(type) {
		case int:
			p = p.With(name, training.IntValue(int64(v)))
		case float64:
			p = p.With(name, training.FloatValue(v))
		case string:
			p = p.With(name, training.StringValue(v))
		case bool:
			p = p.With(name, training.BoolValue(v))
		}
	}
	cfg, err := training.NewConfig(task, p, seed)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// small is a gaussians trial that takes milliseconds.
func small(t testing.TB, seed int64, settings ...any) training.Config {
	t.Helper()
	base := []any{"batch", 5, "z_dim", 3, "g_width", 6, "d_width", 7, "steps", 9, "eval_every", 4, "samples_every", 1}
	return config(t, "gaussians", seed, append(base, settings...)...)
}

func train(t testing.TB, job training.Job) (*tape, training.Result) {
	t.Helper()
	return trainOn(t, newEngine(), job)
}

func trainOn(t testing.TB, e *engine.Engine, job training.Job) (*tape, training.Result) {
	t.Helper()
	r := newTape()
	result, err := e.Train(t.Context(), job, r)
	if err != nil {
		t.Fatal(err)
	}
	return r, result
}

func sameLast(a, b []training.Point) bool {
	return slices.EqualFunc(a, b, func(x, y training.Point) bool {
		return x.Metric == y.Metric && math.Float64bits(x.Value) == math.Float64bits(y.Value)
	})
}
