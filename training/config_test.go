package training_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"sweep/training"
)

// The canonical form and the hash are every stored trial's identity: when this
// test fails, all results so far are orphaned. Raise EngineVersion only on
// purpose; never change the form.
func TestCanonicalFormAndHashArePinned(t *testing.T) {
	c := mustConfig(t, "gaussians", settings("k", 5, "z_dim", 16, "steps", 2000, "d_lr", 1e-5), 3)
	const form = `{"engine":2,"task":"gaussians","data":"","params":{"adam_eps":1e-8,"batch":100,"batches":"fresh","beta1":0.5,"beta2":0.999,` +
		`"d_lr":0.00001,"d_optimizer":"adam","d_width":128,"data_scale":2,"eval_every":500,"g_loss":"non-saturating","g_lr":0.001,"g_width":128,"gradient":"truncated",` +
		`"init_scale":0.8,"k":5,"mixture":"ring8","rollback":"carry","samples_every":5,"sigma":0,"steps":2000,"z_dim":16},"seed":3}`
	if got := mustJSON(t, c); got != form {
		t.Errorf("canonical form\ngot  %s\nwant %s", got, form)
	}
	if got, want := c.Hash(), "abb1f45f9628f7898b639c18fa95f1b9dad0e50427ba873f8c3303d0b829a5ad"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	if c.Steps() != 2000 {
		t.Errorf("%d steps", c.Steps())
	}
}

func TestHashDependsOnEverythingThatTouchesNumbers(t *testing.T) {
	base := mustConfig(t, "gaussians", settings("k", 5), 1)
	seen := map[string]string{base.Hash(): "base"}
	for name, c := range map[string]training.Config{
		"seed":   mustConfig(t, "gaussians", settings("k", 5), 2),
		"param":  mustConfig(t, "gaussians", settings("k", 6), 1),
		"task":   mustConfig(t, "noop", nil, 1),
		"engine": {Engine: base.Engine + 1, Task: base.Task, Params: base.Params, Seed: base.Seed},
		"data":   {Engine: base.Engine, Task: base.Task, Data: "sha256:1", Params: base.Params, Seed: base.Seed},
	} {
		if other, ok := seen[c.Hash()]; ok {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[c.Hash()] = name
	}
	if spelled := mustConfig(t, "gaussians", settings("k", 5, "mixture", "ring8", "sigma", 0.0), 1); spelled.Hash() != base.Hash() {
		t.Error("spelling out a default changes the hash")
	}
}

func TestConfigRoundTripsThroughJSON(t *testing.T) {
	for _, c := range []training.Config{
		mustConfig(t, "gaussians", nil, 0),
		mustConfig(t, "gaussians", settings("k", 0, "rollback", "none", "mixture", "grid25", "sigma", 0.3), 1<<63-1),
		mustConfig(t, "noop", settings("variant", 12), 7),
	} {
		var back training.Config
		if err := json.Unmarshal([]byte(mustJSON(t, c)), &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back, c) || back.Hash() != c.Hash() {
			t.Errorf("%+v came back as %+v", c, back)
		}
	}
}

func TestConfigRefusesDamagedJSON(t *testing.T) {
	good := mustJSON(t, mustConfig(t, "noop", nil, 1))
	for _, c := range []struct{ old, new, want string }{
		{`"noop"`, `"nope"`, `unknown task "nope"`},
		{`"seed":1`, `"seed":-1`, `seed -1 is negative`},
		{`"steps":1`, `"steps":"few"`, `parameters of task noop: steps: expected an integer, got "few"`},
		{`"steps":1`, `"steps":0`, `parameters of task noop: steps: 0 is outside 1 to 1e+08`},
		{`"steps":1,`, ``, `parameters of task noop: 3 settings, the schema has 4`},
		{`"steps":1`, `"step":1`, `parameters of task noop: steps is missing`},
		{`{"delay_ms"`, `[{"delay_ms"`, `invalid character`},
	} {
		var back training.Config
		err := json.Unmarshal([]byte(strings.Replace(good, c.old, c.new, 1)), &back)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s for %s: got %v, want %s", c.new, c.old, err, c.want)
		}
	}
}

func TestNewConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		task string
		seed int64
		want string
	}{
		{"rings", 1, `unknown task "rings"`},
		{"noop-later", 1, `task noop-later is not in this version`},
		{"noop", -1, `seed -1 is negative`},
	} {
		if _, err := training.NewConfig(c.task, nil, c.seed); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.task, err, c.want)
		}
	}
}

// Whatever DecodeParams accepts has a canonical form that reads back the same.
func FuzzDecodeParams(f *testing.F) {
	s, _ := training.SchemaOf("gaussians")
	resolved, err := s.Resolve(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(mustJSON(f, resolved)))
	f.Add([]byte(strings.Replace(mustJSON(f, resolved), "0.999", `"1e-3"`, 1)))
	f.Add([]byte(`{"k":1,"k":2}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := s.DecodeParams(data)
		if err != nil {
			return
		}
		form := mustJSON(t, p)
		again, err := s.DecodeParams([]byte(form))
		if err != nil || mustJSON(t, again) != form {
			t.Errorf("%s came back as %v, %v", form, again, err)
		}
		if _, err := s.Resolve(p); err != nil {
			t.Errorf("%s does not resolve: %v", form, err)
		}
	})
}
