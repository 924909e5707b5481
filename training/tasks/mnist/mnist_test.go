package mnist_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// lookAlike is a small set, drawn once: 600 training and 100 test images.
var lookAlike = sync.OnceValues(func() (*data.Set, error) {
	files := lookalike.Files(600, 100, 1)
	var parts [2]data.Part
	for i, name := range []string{"train", "t10k"} {
		images, labels := files[name+"-images-idx3-ubyte"], files[name+"-labels-idx1-ubyte"]
		if len(images) == 0 || len(labels) == 0 {
			return nil, fmt.Errorf("the look-alike lacks %s", name)
		}
		parts[i] = data.Part{Images: data.Payload(images, true), Labels: data.Payload(labels, false)}
	}
	return &data.Set{Train: parts[0], Test: parts[1], Digest: "look-alike"}, nil
})

func set(t testing.TB) *data.Set {
	t.Helper()
	s, err := lookAlike()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// variant is a list of settings, name=value.
type variant string

// small is what every variant of the tests has, if it does not say otherwise.
const small = "labels=10 epochs=2 eval_every=3 batch=12 z_dim=4 g_width=8 d_width=16"

func (v variant) config(t testing.TB) training.Config {
	t.Helper()
	schema, _ := training.SchemaOf("mnist-ssl")
	var p training.Params
	for _, f := range strings.Fields(small + " " + string(v)) {
		name, text, _ := strings.Cut(f, "=")
		param, ok := schema.Param(name)
		if !ok {
			t.Fatalf("no parameter %s", name)
		}
		value, err := param.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		p = p.With(name, value)
	}
	cfg, err := training.NewConfig("mnist-ssl", p, 1)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = "look-alike"
	return cfg
}

func open[T kernels.Float](t testing.TB, v variant) tasks.Run {
	t.Helper()
	run, err := mnist.Open(v.config(t), set(t), backend[T]())
	if err != nil {
		t.Fatalf("%s: %v", v, err)
	}
	return run
}

// backend is the best one, in float64 the reference.
func backend[T kernels.Float]() kernels.Backend[T] {
	if be, ok := any(cpu.New()).(kernels.Backend[T]); ok {
		return be
	}
	return kernels.NewReference[T]()
}

// variants are every way to train.
var variants = []variant{
	"k=0", "k=1", "k=3", "k=3 rollback=restore", "k=3 rollback=reset", "k=3 rollback=none", "k=3 batches=fixed",
	"k=2 g_loss=minimax", "k=2 g_loss=minimax batches=fixed", "k=0 g_loss=minimax", "k=2 d_optimizer=sgd", "labels=20", "labels=20 k=2 batches=fixed",
	"k=2 feature_matching=elementwise", "labels=20 k=2 feature_matching=elementwise", "k=2 feature_matching=mean", "k=0 feature_matching=mean",
	"weight_norm=true", "minibatch_discrimination=true", "weight_norm=true minibatch_discrimination=true k=2",
	"preset=improved-gan", "preset=improved-gan k=3 rollback=restore", "preset=improved-gan feature_matching=elementwise", "unsupervised=false", "unsupervised=false preset=improved-gan",
	"input_noise=0", "layer_noise=0", "lr_schedule=constant eval_every=1 epochs=12",
}

func restore(t testing.TB, run tasks.Run, step int64, s checkpoint.State) {
	t.Helper()
	if err := run.Restore(step, s); err != nil {
		t.Fatal(err)
	}
}

// tensorsOf are the bytes of the tensors whose names pass.
func tensorsOf(s checkpoint.State, pass func(name string) bool) map[string]string {
	out := map[string]string{}
	for _, t := range s.Tensors {
		if pass(t.Name) {
			out[t.Name] = string(t.Data)
		}
	}
	return out
}

func weightsOfD(name string) bool {
	return strings.HasPrefix(name, "discriminator.") && !strings.Contains(name, "adam")
}

func runningOfG(name string) bool { return strings.HasSuffix(name, ".running") }

func everything(string) bool { return true }

func TestTheDiscriminatorEndsEveryIterationAtItsFirstStep(t *testing.T) {
	for _, v := range variants {
		k := v.config(t).Params.Int("k")
		none := v.config(t).Params.Str("rollback") == "none"
		run, one := open[float32](t, v), open[float32](t, v+" k=1")
		for step := int64(1); step <= 3; step++ {
			restore(t, one, step-1, run.State(step-1))
			run.Step(t.Context(), step)
			one.Step(t.Context(), step)
			same := maps.Equal(tensorsOf(run.State(step), weightsOfD), tensorsOf(one.State(step), weightsOfD))
			if same == (none && k > 1) {
				t.Errorf("%s: step %d: D is at its first step: %v", v, step, same)
			}
		}
	}
}

// TestRunningStatisticsFollowTheRollback: with restore and reset the look-ahead
// leaves them where one step does; with carry and none it does not (design.md
// §7).
func TestRunningStatisticsFollowTheRollback(t *testing.T) {
	for mode, back := range map[string]bool{"restore": true, "reset": true, "carry": false, "none": false} {
		run, one := open[float32](t, variant("k=3 rollback="+mode)), open[float32](t, "k=1")
		restore(t, one, 0, run.State(0))
		run.Step(t.Context(), 1)
		one.Step(t.Context(), 1)
		got, want := tensorsOf(run.State(1), runningOfG), tensorsOf(one.State(1), runningOfG)
		if len(got) != 2 || maps.Equal(got, want) != back {
			t.Errorf("%s: the statistics are those of one step: %v", mode, !back)
		}
	}
}

func TestEveryVariantTrainsOtherWeights(t *testing.T) {
	seen := map[string]variant{}
	for _, v := range variants {
		if v == "labels=20 k=2 batches=fixed" || strings.HasPrefix(string(v), "lr_schedule") {
			continue
		}
		run := open[float32](t, v)
		for step := int64(1); step <= 3; step++ {
			run.Step(t.Context(), step)
		}
		var all string
		tensors := tensorsOf(run.State(3), func(name string) bool {
			return !strings.Contains(name, "adam") && !runningOfG(name) && !strings.HasPrefix(name, "average")
		})
		for _, name := range slices.Sorted(maps.Keys(tensors)) {
			all += tensors[name]
		}
		if other, twice := seen[all]; twice {
			t.Errorf("%s trains the weights of %s", v, other)
		}
		seen[all] = v
	}
}

// TestEveryVariantGoesOnFromItsStateAlone: points, artifacts and states are the
// same bytes from any step on.
func TestEveryVariantGoesOnFromItsStateAlone(t *testing.T) {
	for _, v := range variants {
		run := open[float32](t, v)
		said, states := []string{evaluated(run, 0)}, []checkpoint.State{run.State(0)}
		for step := int64(1); step <= 6; step++ {
			said, states = append(said, stepped(t, run, step)), append(states, run.State(step))
		}
		for _, from := range []int64{0, 3, 5} {
			again := open[float32](t, v)
			restore(t, again, from, states[from])
			for step := from + 1; step <= 6; step++ {
				if got := stepped(t, again, step); got != said[step] {
					t.Fatalf("%s: resumed from step %d, step %d says\n%s\nnot\n%s", v, from, step, got, said[step])
				}
				got := again.State(step)
				if !maps.Equal(got.Counters, states[step].Counters) || !maps.Equal(tensorsOf(got, everything), tensorsOf(states[step], everything)) {
					t.Fatalf("%s: resumed from step %d, the state of step %d differs", v, from, step)
				}
			}
		}
	}
}

func stepped(t testing.TB, run tasks.Run, step int64) string {
	points, diverged := run.Step(t.Context(), step)
	return fmt.Sprint(points, diverged, evaluated(run, step))
}

func evaluated(run tasks.Run, step int64) string {
	points, artifacts := run.Evaluate(step)
	return fmt.Sprintf("%v %v", points, artifacts)
}

func TestAStateOfAnotherTrialIsRefused(t *testing.T) {
	run := open[float32](t, "k=1")
	run.Step(t.Context(), 1)
	s := run.State(1)
	for name, spoil := range map[string]func(s checkpoint.State) (int64, checkpoint.State){
		"of another step":  func(s checkpoint.State) (int64, checkpoint.State) { return 2, s },
		"of other weights": func(checkpoint.State) (int64, checkpoint.State) { return 1, open[float32](t, "d_width=20").State(1) },
		"of float64":       func(checkpoint.State) (int64, checkpoint.State) { return 1, open[float64](t, "k=1").State(1) },
		"of another player": func(checkpoint.State) (int64, checkpoint.State) {
			return 1, open[float32](t, "d_optimizer=sgd").State(1)
		},
	} {
		step, bad := spoil(s)
		if err := open[float32](t, "k=1").Restore(step, bad); !errors.Is(err, training.ErrState) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheFirstLookAheadStepIsTheSameForEveryK(t *testing.T) {
	var want []training.Point
	for k := range 4 {
		points, _ := open[float32](t, variant(fmt.Sprintf("k=%d", k))).Step(t.Context(), 1)
		if want == nil {
			want = slices.Clone(points)
		}
		for i := range 4 { // d_loss, d_labelled, d_real, d_fake
			if points[i] != want[i] {
				t.Errorf("k = %d: %v, at k = 0 %v", k, points[i], want[i])
			}
		}
	}
}

func TestNoStepAllocates(t *testing.T) {
	for _, v := range variants {
		run := open[float32](t, v+" eval_every=1000")
		step := int64(1)
		run.Step(t.Context(), step)
		if n := testing.AllocsPerRun(3, func() {
			step++
			run.Step(t.Context(), step)
		}); n != 0 {
			t.Errorf("%s: %v allocations per step", v, n)
		}
	}
}

func TestPicturesComeAfterEpoch1EveryFewAndLast(t *testing.T) {
	for v, want := range map[variant]string{
		"epochs=12 eval_every=2":                    `{"confusion":[2,10,20,24],"interpolations":[24],"samples":[2,10,20,24]}`,
		"epochs=12 eval_every=2 unsupervised=false": `{"confusion":[2,10,20,24]}`,
	} {
		run := open[float32](t, v)
		got := map[string][]int64{}
		var evaluations int
		for step := range int64(25) {
			points, artifacts := run.Evaluate(step)
			if len(points) > 0 {
				evaluations++
			}
			for _, a := range artifacts {
				got[a.Name] = append(got[a.Name], a.Step)
			}
		}
		if b, _ := json.Marshal(got); string(b) != want || evaluations != 13 {
			t.Errorf("%s: artifacts at %s in %d evaluations, want %s in 13", v, b, evaluations, want)
		}
	}
}

func TestPicturesHaveTheShapesThatReportsRead(t *testing.T) {
	run := open[float32](t, "epochs=1")
	_, artifacts := run.Evaluate(3)
	want := map[string]string{
		"confusion": "'descr': '<u2', 'fortran_order': False, 'shape': (10, 10, ), ", "samples": "'descr': '|u1', 'fortran_order': False, 'shape': (100, 28, 28, ), ",
		"interpolations": "'descr': '|u1', 'fortran_order': False, 'shape': (20, 20, 28, 28, ), ",
	}
	sizes := map[string]int{"confusion": 200, "samples": 78400, "interpolations": 313600}
	for _, a := range artifacts {
		header := int(a.Data[8]) | int(a.Data[9])<<8
		if !strings.Contains(string(a.Data[10:10+header]), want[a.Name]) || len(a.Data) != 10+header+sizes[a.Name] || (10+header)%64 != 0 {
			t.Errorf("%s: header %q, %d bytes", a.Name, a.Data[10:10+header], len(a.Data))
		}
		delete(want, a.Name)
	}
	if len(want) > 0 {
		t.Errorf("no %v", want)
	}
}

// TestTheControlHasNoGenerator: it records no loss of one, and its classifier
// learns from the labelled images alone.
func TestTheControlHasNoGenerator(t *testing.T) {
	run := open[float32](t, "unsupervised=false")
	points, _ := run.Step(t.Context(), 1)
	if len(points) != 2 || points[0] != (training.Point{Metric: "d_loss", Value: points[1].Value}) {
		t.Errorf("recorded %v", points)
	}
	if n := len(tensorsOf(run.State(1), func(name string) bool { return strings.HasPrefix(name, "generator") })); n > 0 {
		t.Errorf("the state has %d tensors of a generator", n)
	}
}

func TestAConfigThatDoesNotFitTheSetIsRefused(t *testing.T) {
	for v, want := range map[variant]string{
		"labels=50000": "labels 50000: expected", "batch=491 labels=10": "only 490 images are left",
	} {
		_, err := mnist.Open(v.config(t), set(t), kernels.NewReference[float32]())
		if !errors.Is(err, training.ErrConfig) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", v, err)
		}
	}
}
