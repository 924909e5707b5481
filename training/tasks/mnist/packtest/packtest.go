// Package packtest is the suite that packs of mnist-ssl trials must pass on every
// device: Run.
//
// It promises what package suite promises, for every rollback, loss, optimizer and
// preset and for the control without a generator, and that evaluations are the
// reference's. It imports the task, package cuda and testing only.
package packtest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/packed/suite"
)

// Opener opens a device, which the pack closes.
type Opener func() (cuda.Device, error)

// Run tests packs on a device.
func Run(t *testing.T, dev Opener) {
	w := world{draw(t)}
	task := mnist.Packed{Task: mnist.Task{Sets: w, Quality: counting}, Device: dev, Precision: cuda.FP32, Size: 8}
	of := suite.Of{Task: task, Reference: w.reference, Different: variants(), Longest: "carry", Steps: 2, Within: 2e-4, Tensors: 1e-3, Rounding: rounding}
	suite.Run(t, of)
	t.Run("rates fall at each trial's own epoch", func(t *testing.T) { w.falling(t, of, task) })
	t.Run("evaluations are the reference's", func(t *testing.T) { w.evaluations(t, task) })
	t.Run("the epoch that validation has chosen is each trial's own", func(t *testing.T) { choosing(t, task) })
	t.Run("the engine records the same of a pack and of each trial alone", func(t *testing.T) {
		suite.Recorded(t, task, different(settings{"preset": text("improved-gan"), "batch": integer(12)}, 2, 1)(t)...)
	})
	t.Run("a trial that diverges leaves its neighbours alone", func(t *testing.T) { diverging(t, task) })
	t.Run("what cannot be packed is refused", func(t *testing.T) { refused(t, task) })
}

// world has one data set, whatever its name is: 600 training and 100 test images
// that look like MNIST's.
type world struct{ set *data.Set }

func draw(t *testing.T) *data.Set {
	t.Helper()
	dir := t.TempDir()
	if err := lookalike.Write(dir, 600, 100, 1); err != nil {
		t.Fatal(err)
	}
	set, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (w world) MNIST(string) (*data.Set, error) { return w.set, nil }

func (w world) reference(cfg training.Config) (tasks.Run, error) {
	return mnist.Open[float32](cfg, w.set, kernels.NewReference[float32]())
}

// ink stands for what scores pictures: it has seen so many, with so much ink.
type ink struct{ n int }

func counting(_ kernels.Backend[float32], _ *data.Set, n int) (mnist.Quality, error) {
	return ink{n}, nil
}

func (q ink) Samples() int            { return q.n }
func (ink) Ceiling() []training.Point { return nil }
func (q ink) Points(images []float32) []training.Point {
	var sum float64
	for _, v := range images {
		sum += float64(v)
	}
	return []training.Point{{Metric: "ink", Value: sum / float64(len(images))}}
}

// rounding tells of the generator's biases before a batch normalisation, and of
// minibatch discrimination's, which are in no difference.
func rounding(tensor string) bool {
	return slices.ContainsFunc([]string{"generator.0.bias", "generator.1.bias", "discriminator.similar.bias"},
		func(name string) bool { return strings.HasPrefix(tensor, name) })
}

type settings map[string]training.Value

func integer(v int64) training.Value { return training.IntValue(v) }
func text(v string) training.Value   { return training.StringValue(v) }
func float(v float64) training.Value { return training.FloatValue(v) }
func truth(v bool) training.Value    { return training.BoolValue(v) }

// tiny is a trial of small networks, which settings change.
func tiny(t *testing.T, seed int64, changes ...settings) training.Config {
	t.Helper()
	all := settings{"labels": integer(10), "epochs": integer(3), "eval_every": integer(1), "samples_every": integer(2), "batch": integer(4),
		"z_dim": integer(3), "g_width": integer(5), "d_width": integer(12), "quality_samples": integer(100), "k": integer(2)}
	for _, c := range changes {
		maps.Copy(all, c)
	}
	p := training.Params{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p = p.With(name, all[name])
	}
	cfg, err := training.NewConfig("mnist-ssl", p, seed)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = "look-alike"
	return cfg
}

// different are trials that differ in what may differ, beside what they have in
// common.
func different(common settings, ks ...int64) func(t *testing.T) []training.Config {
	return func(t *testing.T) (out []training.Config) {
		own := []settings{
			{"input_noise": float(0.2), "epochs": integer(4)},
			{"input_noise": float(0), "d_lr": float(3e-4), "g_lr": float(2e-3), "beta1": float(0.9)},
			{"layer_noise": float(0), "beta2": float(0.99), "adam_eps": float(1e-4), "lr_schedule": text("constant")},
		}
		for i, k := range ks {
			out = append(out, tiny(t, int64(i+1), common, own[i%len(own)], settings{"k": integer(k)}))
		}
		return out
	}
}

func variants() map[string]func(t *testing.T) []training.Config {
	return map[string]func(t *testing.T) []training.Config{
		"carry": different(settings{}, 3, 1, 2),
		"restore": different(settings{"rollback": text("restore"), "g_loss": text("minimax"), "feature_matching": text("elementwise"),
			"labels": integer(20), "batch": integer(12)}, 3, 2),
		"reset":                          different(settings{"rollback": text("reset"), "minibatch_discrimination": truth(true), "feature_matching": text("mean")}, 2, 3),
		"none":                           different(settings{"rollback": text("none"), "d_optimizer": text("sgd"), "weight_norm": truth(true)}, 2, 3),
		"a batch larger than the labels": different(settings{"batch": integer(13), "feature_matching": text("elementwise")}, 2, 1),
		"fixed batches":                  different(settings{"batches": text("fixed"), "g_loss": text("minimax")}, 2, 3),
		"k = 0":                          different(settings{}, 0, 0),
		"improved-gan":                   different(settings{"preset": text("improved-gan"), "batch": integer(12)}, 1, 2),
		"control":                        different(settings{"unsupervised": truth(false)}, 2, 1),
	}
}

// falling goes to where epochs change the rates, in one trial earlier than in the
// other, across a checkpoint.
func (w world) falling(t *testing.T, of suite.Of, task mnist.Packed) {
	fast := tiny(t, 1, settings{"epochs": integer(60), "d_optimizer": text("sgd"), "d_lr": float(0.1)})
	slow := tiny(t, 2, settings{"epochs": integer(60), "eval_every": integer(6), "d_optimizer": text("sgd"), "d_lr": float(0.1)})
	p, again := suite.Open(t, task, fast, slow), suite.Open(t, task, fast)
	suite.Train(t, p, 2, 0, 8)
	if err := again.Member(0).Restore(8, p.Member(0).State(8)); err != nil {
		t.Fatal(err)
	}
	suite.Train(t, p, 2, 8, 12)
	suite.Train(t, again, 1, 8, 12)
	if err := suite.SameState(again.Member(0).State(12), p.Member(0).State(12)); err != nil {
		t.Error(err)
	}
	for i, cfg := range []training.Config{fast, slow} {
		run, err := w.reference(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for step := int64(1); step <= 12; step++ {
			run.Step(t.Context(), step)
		}
		if far, name := of.Furthest(t, p.Member(i).State(12), run.State(12)); !(far <= 2e-3) {
			t.Errorf("trial %d: tensor %s is off by %.1e", i, name, far)
		}
	}
}

// evaluations compares scores and pictures with the reference's, of two trials of
// a pack that are evaluated after one another.
func (w world) evaluations(t *testing.T, task mnist.Packed) {
	for name, common := range map[string]settings{"source": {}, "improved-gan": {"preset": text("improved-gan"), "batch": integer(12)}} {
		t.Run(name, func(t *testing.T) {
			cfgs := different(common, 2, 1)(t)
			p := suite.Open(t, task, cfgs...)
			var runs []tasks.Run
			for _, cfg := range cfgs {
				r, err := w.reference(cfg)
				if err != nil {
					t.Fatal(err)
				}
				runs = append(runs, r)
			}
			for step := int64(0); step <= 2; step++ {
				if step > 0 {
					suite.Step(t, p, []int64{step, step})
				}
				for i, r := range runs {
					if step > 0 {
						r.Step(t.Context(), step)
					}
					got, pictures := p.Member(i).Evaluate(step)
					want, others := r.Evaluate(step)
					sameScores(t, fmt.Sprintf("trial %d, step %d", i, step), got, want)
					samePictures(t, pictures, others)
				}
			}
		})
	}
}

// sameScores compares all but the pictures' own, which a Run of Open lacks.
func sameScores(t *testing.T, where string, got, want []training.Point) {
	t.Helper()
	own := slices.DeleteFunc(slices.Clone(got), func(p training.Point) bool { return p.Metric == "ink" })
	if len(own) != len(want) {
		t.Fatalf("%s: %v, the reference has %v", where, got, want)
	}
	for i, w := range want {
		if g := own[i]; g.Metric != w.Metric || !(math.Abs(g.Value-w.Value) <= 0.02) {
			t.Errorf("%s: %v, the reference has %v", where, g, w)
		}
	}
}

func samePictures(t *testing.T, got, want []training.Artifact) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d artifacts, the reference has %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Name != w.Name || len(got[i].Data) != len(w.Data) {
			t.Fatalf("artifact %s of %d bytes, the reference has %s of %d", got[i].Name, len(got[i].Data), w.Name, len(w.Data))
		}
		if w.Name == "confusion" {
			continue // an image between two digits may go either way
		}
		for at, b := range w.Data {
			if off := math.Abs(float64(b) - float64(got[i].Data[at])); off > 1 {
				t.Fatalf("%s: byte %d is %d, the reference has %d", w.Name, at, got[i].Data[at], b)
			}
		}
	}
}

// choosing has one trial that no epoch beats any more, and one that has chosen none.
func choosing(t *testing.T, task mnist.Packed) {
	p := suite.Open(t, task, different(settings{}, 2, 1)(t)...)
	s := p.Member(0).State(0)
	if _, any := s.Counters["chosen"]; any {
		t.Error("an epoch is chosen before the first evaluation")
	}
	s.Counters["chosen"] = 0
	s.Tensors = append(s.Tensors, checkpoint.FromFloats("chosen", 1, 2, []float64{1, 0.25}))
	if err := p.Member(0).Restore(0, s); err != nil {
		t.Fatal(err)
	}
	accuracy := func(i int) float64 {
		points, _ := p.Member(i).Evaluate(0)
		at := slices.IndexFunc(points, func(p training.Point) bool { return p.Metric == "test_accuracy" })
		return points[at].Value
	}
	if other := accuracy(1); other == 0.25 || accuracy(0) != 0.25 || accuracy(1) != other {
		t.Errorf("test accuracies %v and %v, chosen are 0.25 and %v", accuracy(0), accuracy(1), other)
	}
	for i := range 2 {
		if _, any := p.Member(i).State(0).Counters["chosen"]; !any {
			t.Errorf("trial %d has forgotten which epoch it chose", i)
		}
	}
}

// diverging has one trial whose weights are NaN.
func diverging(t *testing.T, task mnist.Packed) {
	tame := tiny(t, 5)
	p, own := suite.Open(t, task, tame, tiny(t, 9)), suite.Open(t, task, tame)
	s := p.Member(1).State(0)
	for i, tensor := range s.Tensors {
		if tensor.Name == "generator.0.weight" {
			x := slices.Repeat([]float32{float32(math.NaN())}, tensor.Shape[0]*tensor.Shape[1])
			s.Tensors[i] = checkpoint.FromFloats(tensor.Name, tensor.Shape[0], tensor.Shape[1], x)
		}
	}
	if err := p.Member(1).Restore(0, s); err != nil {
		t.Fatal(err)
	}
	out := make([]tasks.Stepped, 2)
	if err := p.Step(t.Context(), []int64{1, 1}, out); err != nil {
		t.Fatal(err)
	}
	if out[0].Diverged != "" || !strings.Contains(out[1].Diverged, "at step 1") {
		t.Errorf("%q and %q", out[0].Diverged, out[1].Diverged)
	}
	suite.Train(t, own, 1, 0, 1)
	if err := suite.SameState(p.Member(0).State(1), own.Member(0).State(1)); err != nil {
		t.Errorf("the tame one: %v", err)
	}
}

func refused(t *testing.T, task mnist.Packed) {
	other := tiny(t, 2)
	other.Data = "another"
	for name, c := range map[string]struct {
		cfgs []training.Config
		want error
	}{
		"two shapes":    {[]training.Config{tiny(t, 1), tiny(t, 1, settings{"batch": integer(5)})}, training.ErrConfig},
		"two data sets": {[]training.Config{tiny(t, 1), other}, training.ErrAlone},
		"no data":       {[]training.Config{tiny(t, 1, settings{"labels": integer(200), "batch": integer(600)})}, training.ErrConfig},
	} {
		if _, err := task.OpenPack(c.cfgs); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
