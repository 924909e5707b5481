// Package packtest is the suite that packs of faces trials must pass on every
// device: Run.
//
// It promises what package suite promises, for every rollback, loss and optimizer
// and for minibatch discrimination, and that what is not packed trains all the
// same. It imports the task, package cuda and testing only.
package packtest

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/faces"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/packed/suite"
)

// Opener opens a device, which the pack closes.
type Opener func() (cuda.Device, error)

// Run tests packs on a device.
func Run(t *testing.T, dev Opener) {
	task := packed(dev)
	suite.Run(t, suite.Of{Task: task, Reference: reference, Different: variants(), Longest: "carry", Steps: 2, Within: 1e-4, Tensors: 5e-2, Rounding: rounding})
	t.Run("what is not packed trains all the same", func(t *testing.T) { eager(t, task) })
	t.Run("a trial that diverges leaves its neighbours alone", func(t *testing.T) {
		suite.Diverging(t, task, tiny(t, 5), tiny(t, 9), "generator.0.weight", "d_loss is NaN")
		suite.Diverging(t, task, tiny(t, 5, settings{"k": integer(1)}), tiny(t, 9, settings{"k": integer(1)}), "generator.0.weight.adam_m", "generator.0.weight is not finite")
	})
	t.Run("what cannot be packed is refused", func(t *testing.T) { refused(t, task) })
}

func packed(dev Opener) faces.Packed {
	return faces.Packed{Task: faces.Task{Sets: sets{}}, Device: dev, Precision: cuda.FP32, Size: 8}
}

func reference(cfg training.Config) (tasks.Run, error) {
	return faces.Open[float32](cfg, set(), kernels.NewReference[float32]())
}

// rounding tells whether a tensor is of a bias before a batch normalisation: all
// but the first layer's and the last's are.
func rounding(tensor string) bool { return strings.Contains(tensor, ".bias") }

// shades are eight pictures of 32 pixels that fall off from corner to corner, each
// at a slope of its own.
type shades struct{}

func (shades) Len() int { return 8 }

func (shades) At(i int) []uint8 {
	out := make([]uint8, 3*32*32)
	for at := range out {
		row, col := at/32%32, at%32
		out[at] = uint8(16*i + 3*row + (at/1024+i)*col/2)
	}
	return out
}

func set() *data.Set { return &data.Set{Name: "shades", Size: 32, Train: shades{}, Digest: "1a"} }

type sets struct{}

// Faces has one set, whatever its name is.
func (sets) Faces(_, _ string) (*data.Set, error) { return set(), nil }

type settings map[string]training.Value

func integer(v int64) training.Value { return training.IntValue(v) }
func text(v string) training.Value   { return training.StringValue(v) }
func float(v float64) training.Value { return training.FloatValue(v) }

// tiny is a trial of small networks, which settings change.
func tiny(t *testing.T, seed int64, changes ...settings) training.Config {
	t.Helper()
	all := settings{"size": integer(32), "epochs": integer(3), "eval_every": integer(1), "samples_every": integer(2), "batch": integer(3), "z_dim": integer(3),
		"g_channels": integer(1), "d_channels": integer(1), "quality_samples": integer(0), "init_scale": float(1), "k": integer(2)}
	for _, c := range changes {
		maps.Copy(all, c)
	}
	p := training.Params{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p = p.With(name, all[name])
	}
	cfg, err := training.NewConfig("faces", p, seed)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = "1a"
	return cfg
}

// different are trials that differ in what may differ, beside what they have in
// common.
func different(common settings, ks ...int64) func(t *testing.T) []training.Config {
	return func(t *testing.T) (out []training.Config) {
		own := []settings{
			{"input_noise": float(0.2), "epochs": integer(4)},
			{"input_noise": float(0), "d_lr": float(3e-4), "g_lr": float(2e-3), "beta1": float(0.9)},
			{"init_scale": float(0.5), "beta2": float(0.99), "adam_eps": float(1e-4)},
		}
		for i, k := range ks {
			out = append(out, tiny(t, int64(i+1), common, own[i%len(own)], settings{"k": integer(k)}))
		}
		return out
	}
}

func variants() map[string]func(t *testing.T) []training.Config {
	similar := training.BoolValue(true)
	return map[string]func(t *testing.T) []training.Config{
		"carry":         different(settings{}, 3, 1, 2),
		"restore":       different(settings{"rollback": text("restore"), "g_loss": text("minimax")}, 3, 2),
		"reset":         different(settings{"rollback": text("reset"), "minibatch_discrimination": similar}, 2, 2),
		"none":          different(settings{"rollback": text("none"), "d_optimizer": text("sgd")}, 2, 2),
		"fixed batches": different(settings{"batches": text("fixed"), "g_loss": text("minimax")}, 2, 2),
		"k = 0":         different(settings{"minibatch_discrimination": similar}, 0, 0),
	}
}

// eager trains a shape that is not packed.
func eager(t *testing.T, task faces.Packed) {
	cfg := tiny(t, 1, settings{"gradient": text("full")})
	run, err := task.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	same, err := reference(cfg)
	if err != nil {
		t.Fatal(err)
	}
	got, diverged := run.Step(t.Context(), 1)
	want, _ := same.Step(t.Context(), 1)
	for i, w := range want {
		if diverged != "" || !(math.Abs(got[i].Value-w.Value) <= 1e-4*(1+math.Abs(w.Value))) {
			t.Errorf("%v %s, the reference has %v", got[i], diverged, w)
		}
	}
}

func refused(t *testing.T, task faces.Packed) {
	other := tiny(t, 2)
	other.Data = "2b"
	for name, c := range map[string]struct {
		cfgs []training.Config
		want error
	}{
		"the full gradient": {[]training.Config{tiny(t, 1, settings{"gradient": text("full")})}, training.ErrAlone},
		"two shapes":        {[]training.Config{tiny(t, 1), tiny(t, 1, settings{"batch": integer(5)})}, training.ErrConfig},
		"two data sets":     {[]training.Config{tiny(t, 1), other}, training.ErrAlone},
	} {
		if _, err := task.OpenPack(c.cfgs); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
