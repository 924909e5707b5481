package stacked_test

import (
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
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/stacked"
)

// lookAlike is a small set, drawn once: 300 training and 100 test images.
var lookAlike = sync.OnceValue(func() *data.Set {
	files := lookalike.Files(300, 100, 1)
	part := func(name string) data.Part {
		return data.Part{Images: data.Payload(files[name+"-images-idx3-ubyte"], true), Labels: data.Payload(files[name+"-labels-idx1-ubyte"], false)}
	}
	return &data.Set{Train: part("train"), Test: part("t10k"), Digest: "look-alike"}
})

// variant is a list of settings, name=value.
type variant string

// small is what every variant of the tests has, if it does not say otherwise.
const small = "steps=6 eval_every=3 batch=4 z_dim=4 g_channels=1 d_channels=1 score_samples=120 init_sd=0.3 d_lr=0.01 g_lr=0.01"

func (v variant) config(t testing.TB) training.Config {
	t.Helper()
	schema, _ := training.SchemaOf("stacked-mnist")
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
	cfg, err := training.NewConfig("stacked-mnist", p, 1)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = "look-alike"
	return cfg
}

func open(t testing.TB, v variant) tasks.Run {
	t.Helper()
	run, err := stacked.Open(v.config(t), lookAlike(), cpu.New())
	if err != nil {
		t.Fatalf("%s: %v", v, err)
	}
	return run
}

// variants are every way to train.
var variants = []variant{
	"k=0", "k=1", "k=3", "k=3 rollback=restore", "k=3 rollback=reset", "k=3 rollback=none", "k=3 batches=fixed",
	"k=2 g_loss=minimax", "k=2 g_loss=minimax batches=fixed", "k=0 g_loss=minimax", "k=2 d_optimizer=sgd",
	"k=1 gradient=full", "k=3 gradient=full", "k=3 gradient=full batches=fixed rollback=restore", "k=2 gradient=full g_loss=minimax",
	"k=2 gradient=full d_optimizer=sgd", "k=1 d_channels=2", "k=1 g_channels=2",
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
		p := v.config(t).Params
		none := p.Str("rollback") == "none"
		run, one := open(t, v), open(t, v+" k=1")
		for step := int64(1); step <= 3; step++ {
			restore(t, one, step-1, run.State(step-1))
			run.Step(t.Context(), step)
			one.Step(t.Context(), step)
			same := maps.Equal(tensorsOf(run.State(step), weightsOfD), tensorsOf(one.State(step), weightsOfD))
			if same == (none && p.Int("k") > 1) {
				t.Errorf("%s: step %d: D is at its first step: %v", v, step, same)
			}
		}
	}
}

// TestRunningStatisticsFollowTheRollback: with restore and reset the look-ahead
// leaves them where one step does; with carry and none it does not (design.md
// §7). The way back of the full gradient leaves no trace.
func TestRunningStatisticsFollowTheRollback(t *testing.T) {
	for mode, back := range map[string]bool{"restore": true, "reset": true, "carry": false, "none": false} {
		for _, gradient := range []string{"truncated", "full"} {
			run, one := open(t, variant("k=3 rollback="+mode+" gradient="+gradient)), open(t, "k=1")
			restore(t, one, 0, run.State(0))
			run.Step(t.Context(), 1)
			one.Step(t.Context(), 1)
			got, want := tensorsOf(run.State(1), runningOfG), tensorsOf(one.State(1), runningOfG)
			if len(got) != 4 || maps.Equal(got, want) != back {
				t.Errorf("%s, %s: the statistics are those of one step: %v", mode, gradient, !back)
			}
		}
	}
}

func TestEveryVariantTrainsOtherWeights(t *testing.T) {
	seen := map[string]variant{}
	for _, v := range variants {
		run := open(t, v)
		for step := int64(1); step <= 3; step++ {
			run.Step(t.Context(), step)
		}
		tensors := tensorsOf(run.State(3), func(name string) bool { return !strings.Contains(name, "adam") && !runningOfG(name) })
		var all string
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
		run := open(t, v)
		said, states := []string{evaluated(run, 0)}, []checkpoint.State{run.State(0)}
		for step := int64(1); step <= 6; step++ {
			said, states = append(said, stepped(t, run, step)), append(states, run.State(step))
		}
		for _, from := range []int64{0, 4} {
			again := open(t, v)
			restore(t, again, from, states[from])
			for step := from + 1; step <= 6; step++ {
				if got := stepped(t, again, step); got != said[step] {
					t.Fatalf("%s: resumed from step %d, step %d says\n%.200q\nnot\n%.200q", v, from, step, got, said[step])
				}
			}
			got := again.State(6)
			if !maps.Equal(got.Counters, states[6].Counters) || !maps.Equal(tensorsOf(got, everything), tensorsOf(states[6], everything)) {
				t.Fatalf("%s: resumed from step %d, the last state differs", v, from)
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
	out := fmt.Sprint(points)
	for _, a := range artifacts {
		out += a.Name + string(a.Data)
	}
	return out
}

func TestAStateOfAnotherTrialIsRefused(t *testing.T) {
	run := open(t, "k=1")
	s := run.State(0)
	for name, c := range map[string]struct {
		step  int64
		state checkpoint.State
	}{
		"of another step":   {1, s},
		"of other networks": {0, open(t, "g_channels=2").State(0)},
		"of SGD":            {0, open(t, "d_optimizer=sgd").State(0)},
		"of nothing":        {0, checkpoint.State{Counters: s.Counters}},
	} {
		if err := open(t, "k=1").Restore(c.step, c.state); !errors.Is(err, training.ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALossThatIsNotFiniteDiverges(t *testing.T) {
	for _, settings := range []variant{"d_lr=10 adam_eps=1e-30 beta1=0", "g_lr=10 adam_eps=1e-30"} {
		run := open(t, settings)
		s := run.State(0)
		for i, tensor := range s.Tensors {
			if tensor.Name == "generator.0.weight" {
				huge := make([]float32, tensor.Shape[0]*tensor.Shape[1])
				for j := range huge {
					huge[j] = 3e38
				}
				s.Tensors[i] = checkpoint.FromFloats(tensor.Name, tensor.Shape[0], tensor.Shape[1], huge)
			}
		}
		restore(t, run, 0, s)
		if _, diverged := run.Step(t.Context(), 1); !strings.Contains(diverged, "at step 1") {
			t.Errorf("%s: %q", settings, diverged)
		}
	}
}

// drawn gives out the look-alike.
type drawn struct{}

func (drawn) MNIST(string) (*data.Set, error) { return lookAlike(), nil }

func TestEveryMetricIsDeclaredAndRecordedWhenItIsDue(t *testing.T) {
	schema, _ := training.SchemaOf("stacked-mnist")
	cfg := variant("k=1").config(t)
	run, err := stacked.Task{Sets: drawn{}}.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	due := map[string][]int64{}
	for step := int64(0); step <= 6; step++ {
		var points []training.Point
		if step > 0 {
			trained, _ := run.Step(t.Context(), step)
			points = append(points, trained...)
		}
		scores, artifacts := run.Evaluate(step)
		for _, p := range append(points, scores...) {
			m, ok := schema.Metric(p.Metric)
			if low, high := m.Worst(cfg.Params), m.Best(cfg.Params); !ok || m.Bounds != nil && (p.Value < min(low, high) || p.Value > max(low, high)) {
				t.Errorf("%s is %v at step %d", p.Metric, p.Value, step)
			}
			due[p.Metric] = append(due[p.Metric], step)
		}
		if want := step%3 == 0; (len(artifacts) == 1) != want {
			t.Errorf("step %d has %d artifacts", step, len(artifacts))
		}
	}
	for _, m := range schema.Metrics {
		want := []int64{1, 2, 3, 4, 5, 6}
		if m.Score {
			want = []int64{0, 3, 6}
		}
		if strings.HasPrefix(m.Name, "real_") {
			want = []int64{0}
		}
		if !slices.Equal(due[m.Name], want) {
			t.Errorf("%s was recorded at %v, want %v", m.Name, due[m.Name], want)
		}
	}
}

// TestTheNetworksAreThePapers: experiments.md §2.2.
func TestTheNetworksAreThePapers(t *testing.T) {
	for dChannels, want := range map[int64]int64{2: 585, 4: 1889} {
		cfg, err := training.NewConfig("stacked-mnist", training.Params{{Name: "d_channels", Value: training.IntValue(dChannels)}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := stacked.Task{Backend: func() kernels.Backend[float32] { return cpu.New() }}.Describe(cfg)
		if err != nil || d.Generator.Parameters != 287875 || d.Discriminator.Parameters != want {
			t.Errorf("%d and %d parameters, %v", d.Generator.Parameters, d.Discriminator.Parameters, err)
		}
		if last := d.Generator.Layers[len(d.Generator.Layers)-1]; !slices.Equal(last.Output, []int{3, 28, 28}) {
			t.Errorf("the images are %v", last.Output)
		}
	}
}
