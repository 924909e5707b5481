package training_test

import (
	"math"
	"strings"
	"testing"

	"sweep/training"
)

// settings makes parameters from name, value, name, value, ...
func settings(pairs ...any) training.Params {
	var p training.Params
	for i := 0; i < len(pairs); i += 2 {
		var v training.Value
		switch x := pairs[i+1].(type) {
		case int:
			v = training.IntValue(int64(x))
		case float64:
			v = training.FloatValue(x)
		case string:
			v = training.StringValue(x)
		case bool:
			v = training.BoolValue(x)
		}
		p = p.With(pairs[i].(string), v)
	}
	return p
}

func mustConfig(t testing.TB, task string, given training.Params, seed int64) training.Config {
	t.Helper()
	c, err := training.NewConfig(task, given, seed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// design.md §4.5: at k <= 1 the rollback modes carry, restore and none are one.
func TestParametersThatCannotMatterShareAHash(t *testing.T) {
	for _, c := range []struct {
		k    int
		a, b string
		same bool
	}{
		{0, "carry", "restore", true}, {0, "carry", "none", true}, {0, "carry", "reset", false},
		{1, "carry", "restore", true}, {1, "carry", "none", true}, {1, "restore", "none", true}, {1, "carry", "reset", false},
		{2, "carry", "restore", false}, {2, "carry", "none", false}, {2, "restore", "none", false}, {2, "carry", "reset", false},
		{5, "carry", "restore", false}, {5, "restore", "none", false},
	} {
		a := mustConfig(t, "gaussians", settings("k", c.k, "rollback", c.a), 1)
		b := mustConfig(t, "gaussians", settings("k", c.k, "rollback", c.b), 1)
		if same := a.Hash() == b.Hash(); same != c.same {
			t.Errorf("k=%d: rollback %s and %s share a hash: %t", c.k, c.a, c.b, same)
		}
	}
}

// With sgd the discriminator's optimizer has no state: carry, restore and reset
// are one for every k, and none is another where there is a second step to keep.
func TestTheRollbackOfSGDMattersForNoneAlone(t *testing.T) {
	for _, k := range []int{0, 1, 2, 5} {
		of := func(optimizer, rollback string) training.Config {
			return mustConfig(t, "gaussians", settings("k", k, "d_optimizer", optimizer, "rollback", rollback), 1)
		}
		carry := of("sgd", "carry")
		for _, rollback := range []string{"restore", "reset", "none"} {
			other := rollback == "none" && k > 1
			if got := of("sgd", rollback); (got.Hash() != carry.Hash()) != other || (got.Params.Str("rollback") != "carry") != other {
				t.Errorf("k=%d: sgd with %s became %v", k, rollback, got.Params)
			}
		}
		if of("adam", "carry").Hash() == carry.Hash() || of("adam", "reset").Hash() == of("adam", "carry").Hash() {
			t.Errorf("k=%d: Adam is lost", k)
		}
	}
}

// design.md §4.5: at k = 0 there is no look-ahead for a gradient to go through,
// and one batch in any case; the loss's form matters for every k.
func TestHowToUnrollDoesNotMatterWithoutALookAhead(t *testing.T) {
	for name, v := range map[string]struct {
		value   string
		matters func(k int) bool
	}{
		"gradient": {"full", func(k int) bool { return k > 0 }},
		"batches":  {"fixed", func(k int) bool { return k > 0 }},
		"g_loss":   {"minimax", func(int) bool { return true }},
	} {
		for _, k := range []int{0, 1, 2, 5} {
			a := mustConfig(t, "gaussians", settings("k", k), 1)
			b := mustConfig(t, "gaussians", settings("k", k, name, v.value), 1)
			if other := a.Hash() != b.Hash(); other != v.matters(k) {
				t.Errorf("k=%d: %s %s is another trial: %t", k, name, v.value, other)
			}
		}
	}
}

func TestResolveIsIdempotentAndFillsEveryDefault(t *testing.T) {
	for _, s := range training.Schemas() {
		p, err := s.Resolve(nil)
		if err != nil {
			t.Fatalf("%s: %v", s.Task, err)
		}
		if len(p) != len(s.Params) {
			t.Errorf("%s: %d of %d parameters", s.Task, len(p), len(s.Params))
		}
		again, err := s.Resolve(p)
		if err != nil || mustJSON(t, again) != mustJSON(t, p) {
			t.Errorf("%s: %v became %v, %v", s.Task, p, again, err)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	s, _ := training.SchemaOf("gaussians")
	for _, c := range []struct {
		given training.Params
		want  string
	}{
		{settings("z_dimm", 16), "z_dimm: unknown parameter of task gaussians"},
		{settings("k", "5"), "k: expected an integer, got 5"},
		{settings("k", 101), "k: 101 is outside 0 to 100"},
		{settings("d_lr", math.NaN()), "d_lr: NaN is outside 0 to 10"},
		{settings("d_lr", math.Inf(1)), "d_lr: +Inf is outside 0 to 10"},
		{settings("mixture", "ring9"), `mixture: "ring9" is not one of ring8, double10, grid25`},
		{settings("d_optimizer", "rmsprop"), `d_optimizer: "rmsprop" is not one of adam, sgd`},
		{settings("gradient", "half"), `gradient: "half" is not one of truncated, full`},
	} {
		if _, err := s.Resolve(c.given); err == nil || err.Error() != c.want {
			t.Errorf("%v: got %v, want %s", c.given, err, c.want)
		}
	}
}

func TestAValueOfLaterIsRefusedByName(t *testing.T) {
	p := training.Param{Name: "optimizer", Kind: training.String, Enum: []string{"adam"}, Later: []string{"sgd"}}
	if _, err := p.Parse("sgd"); err == nil || err.Error() != `"sgd" is not supported yet (use adam)` {
		t.Errorf("got %v", err)
	}
}

// TestHowToUnrollIsAllSupported: every value that design.md §7 names.
func TestHowToUnrollIsAllSupported(t *testing.T) {
	s, _ := training.SchemaOf("gaussians")
	for name, values := range map[string][]string{
		"gradient": {"truncated", "full"}, "batches": {"fresh", "fixed"}, "g_loss": {"non-saturating", "minimax"},
		"rollback": {"carry", "restore", "reset", "none"}, "d_optimizer": {"adam", "sgd"},
	} {
		for _, v := range values {
			p, err := s.Resolve(settings("k", 5, name, v))
			if err != nil || p.Str(name) != v {
				t.Errorf("%s = %s became %q, %v", name, v, p.Str(name), err)
			}
		}
	}
}

func TestSchemasAreSound(t *testing.T) {
	for _, s := range training.Schemas() {
		seen := map[string]bool{}
		for _, p := range s.Params {
			if seen[p.Name] || p.Doc == "" || p.Default.Kind() != p.Kind {
				t.Errorf("%s.%s: twice, undocumented or with a default of another kind", s.Task, p.Name)
			}
			seen[p.Name] = true
			if v, err := p.Parse(p.Default.String()); err != nil || v != p.Default {
				t.Errorf("%s.%s: default %v reads back as %v, %v", s.Task, p.Name, p.Default, v, err)
			}
			for _, e := range p.Enum {
				if _, err := p.Parse(e); err != nil {
					t.Errorf("%s.%s: %v", s.Task, p.Name, err)
				}
			}
		}
		metrics := map[string]bool{}
		for _, m := range s.Metrics {
			if metrics[m.Name] || m.Doc == "" || m.Goal != training.Maximize && m.Goal != training.Minimize {
				t.Errorf("%s: metric %s is there twice, undocumented or without a goal", s.Task, m.Name)
			}
			metrics[m.Name] = true
		}
		if steps, ok := s.Param(s.StepsParam); !s.Missing && (!ok || steps.Kind != training.Int || steps.Min < 1) {
			t.Errorf("%s: steps are not a positive Int", s.Task)
		}
	}
}

func TestParamsKeepTheirOrderAndOriginals(t *testing.T) {
	p := settings("b", 1, "c", 2, "a", 3)
	if got := p.String(); got != "a=3 b=1 c=2" {
		t.Error(got)
	}
	q := p.With("b", training.IntValue(9))
	if p.Int("b") != 1 || q.Int("b") != 9 || strings.Contains(q.String(), "b=1") {
		t.Errorf("%v and %v", p, q)
	}
	if _, ok := p.Get("zz"); ok || p.Str("zz") != "" || p.Bool("zz") || p.Float("zz") != 0 {
		t.Error("an absent setting does not read as zero")
	}
}

// experiments.md §7.1: a mode count ends at the mixture's modes, the divergence
// at ln M.
func TestAMetricKnowsTheEndsOfItsScale(t *testing.T) {
	schema, _ := training.SchemaOf("gaussians")
	for _, c := range []struct {
		metric, mixture string
		worst, best     float64
	}{
		{"modes_strict", "ring8", 0, 8},
		{"modes_loose", "grid25", 0, 25},
		{"reverse_kl", "double10", math.Log(10), 0},
		{"high_quality", "ring8", 0, 1},
		{"d_loss", "ring8", math.Inf(1), math.Inf(-1)},
	} {
		m, _ := schema.Metric(c.metric)
		p := mustConfig(t, "gaussians", settings("mixture", c.mixture), 1).Params
		if m.Worst(p) != c.worst || m.Best(p) != c.best {
			t.Errorf("%s of %s goes from %v to %v, want %v to %v", c.metric, c.mixture, m.Worst(p), m.Best(p), c.worst, c.best)
		}
	}
}
