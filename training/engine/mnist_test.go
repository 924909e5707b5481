package engine_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// drawnDigits is a look-alike of MNIST: a function of nothing but its sizes.
type drawnDigits struct{ set *data.Set }

func newDrawnDigits(t *testing.T) drawnDigits {
	t.Helper()
	dir := t.TempDir()
	if err := lookalike.Write(dir, 600, 100, 1); err != nil {
		t.Fatal(err)
	}
	set, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return drawnDigits{set}
}

func (d drawnDigits) MNIST(string) (*data.Set, error) { return d.set, nil }

// config is a small trial of two epochs.
func (d drawnDigits) config(t *testing.T, settings ...any) training.Config {
	t.Helper()
	cfg := config(t, "mnist-ssl", 20170129, append([]any{"labels", 20, "epochs", 2, "eval_every", 20, "batch", 20,
		"z_dim", 8, "g_width", 24, "d_width", 32}, settings...)...)
	cfg.Data = d.set.Digest
	return cfg
}

// mnistEngines are the reference's and the best backend's, by numerics key.
func mnistEngines(d drawnDigits) map[string]*engine.Engine {
	all := map[string]*engine.Engine{}
	for _, task := range []mnist.Task{{Sets: d, Backend: func() kernels.Backend[float32] { return kernels.NewReference[float32]() }}, {Sets: d}} {
		all[task.Numerics()] = engine.New(task)
	}
	return all
}

// mnistVariants are what the golden files hold.
var mnistVariants = []struct {
	name     string
	settings []any
}{
	{"k=1", []any{"k", 1}},
	{"k=3 carry", []any{"k", 3}},
	{"k=3 restore", []any{"k", 3, "rollback", "restore"}},
	{"elementwise", []any{"k", 2, "feature_matching", "elementwise"}},
	{"weight norm and minibatch discrimination", []any{"weight_norm", true, "minibatch_discrimination", true}},
	{"improved-gan", []any{"preset", "improved-gan"}},
	{"control", []any{"unsupervised", false}},
}

// TestTheNumbersOfMNISTAreStill pins every point of forty steps and two epochs
// for every numerics key.
func TestTheNumbersOfMNISTAreStill(t *testing.T) {
	d := newDrawnDigits(t)
	for key, e := range mnistEngines(d) {
		t.Run(key, func(t *testing.T) {
			lines := []string{"variant,step,metric,value"}
			for _, v := range mnistVariants {
				r, _ := trainOn(t, e, training.Job{Config: d.config(t, v.settings...)})
				schema, _ := training.SchemaOf("mnist-ssl")
				for _, m := range schema.Metrics {
					for step := range int64(41) {
						if bits, ok := r.points[m.Name][step]; ok {
							lines = append(lines, fmt.Sprintf("%s,%d,%s,%v", v.name, step, m.Name, float32(math.Float64frombits(bits))))
						}
					}
				}
			}
			stillThe(t, lines, "mnist-"+key+".csv")
		})
	}
}

// TestMNISTResumedIsMNISTStraight resumes from every checkpoint and compares all
// points, artifacts and the last checkpoint with an undisturbed run's.
func TestMNISTResumedIsMNISTStraight(t *testing.T) {
	d := newDrawnDigits(t)
	e := engine.New(mnist.Task{Sets: d})
	for _, v := range mnistVariants {
		job := training.Job{Config: d.config(t, v.settings...), Every: training.Cadence{Steps: 10}}
		want, _ := trainOn(t, e, job)
		for i := range want.checkpoints {
			got := want.upTo(i)
			job.Resume = want.checkpoints[i].Data
			if _, err := e.Train(t.Context(), job, got); err != nil {
				t.Fatalf("%s: %v", v.name, err)
			}
			sameTrial(t, got, want)
		}
		if n := len(want.checkpoints); n != 4 || !strings.HasPrefix(want.order[0], "record 0") {
			t.Errorf("%s: %d checkpoints, first %s", v.name, n, want.order[0])
		}
	}
}

// upTo is a tape of what came before checkpoint i, and that checkpoint.
func (r *tape) upTo(i int) *tape {
	out := newTape()
	at := r.checkpoints[i].Step
	for metric, points := range r.points {
		out.points[metric] = map[int64]uint64{}
		for step, bits := range points {
			if step <= at {
				out.points[metric][step] = bits
			}
		}
	}
	for name, body := range r.artifacts {
		var step int64
		if _, err := fmt.Sscanf(name[strings.Index(name, " ")+1:], "%d", &step); err == nil && step <= at {
			out.artifacts[name] = body
		}
	}
	out.checkpoints = append(out.checkpoints, r.checkpoints[:i+1]...)
	return out
}
