package sweeps_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"sweep/sweeps"
	"sweep/training"
)

// digests are what data sets have: MNIST's published files, and a stand-in for
// each of faces.
var digests = func() sweeps.Digests {
	out := sweeps.Digests{"mnist": "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a"}
	schema, _ := training.SchemaOf("faces")
	sets, _ := schema.Param("data")
	sizes, _ := schema.Param("size")
	for _, set := range sets.Enum {
		for _, size := range sizes.Among {
			name := fmt.Sprintf("%s-%d", set, size)
			out[name] = "digest of " + name
		}
	}
	return out
}()

func mustExpand(t testing.TB, s *sweeps.Spec, only ...string) []sweeps.Trial {
	t.Helper()
	var out []sweeps.Trial
	for trial, err := range s.ExpandWith(digests, only...) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, trial)
	}
	return out
}

// line spells a trial as the golden files hold it.
func line(trial sweeps.Trial) string {
	return fmt.Sprintf("%s %d: %s seed=%d %s", trial.Experiment, trial.Index, trial.Cell, trial.Config.Seed, trial.Config.Hash())
}

func lines(trials []sweeps.Trial) []string {
	out := make([]string, len(trials))
	for i, t := range trials {
		out[i] = line(t)
	}
	return out
}

// listing is what the golden files hold of one experiment: everything of a
// small one, else the first rows and a digest of all.
func listing(t *testing.T, s *sweeps.Spec, e sweeps.Experiment) string {
	if e.Missing {
		_, err := s.Count(e.Name)
		return fmt.Sprintf("%s: %v\n", e.Name, err)
	}
	all := lines(mustExpand(t, s, e.Name))
	if n, err := s.Count(e.Name); n != len(all) || err != nil {
		t.Errorf("%s: counted %d (%v), expanded to %d", e.Name, n, err, len(all))
	}
	text := strings.Join(all, "\n") + "\n"
	if len(all) > 30 {
		return fmt.Sprintf("%s\n... %d trials, sha256 %x\n", strings.Join(all[:8], "\n"), len(all), sha256.Sum256([]byte(text)))
	}
	return text
}

func TestFilesThatShipExpandAsPinned(t *testing.T) {
	files, err := fs.Glob(sweeps.Files, "*.yaml")
	if err != nil || !slices.Contains(files, "quick.yaml") || !slices.Contains(files, "paper.yaml") {
		t.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			data, err := sweeps.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := mustParse(t, name, string(data))
			if s.Name+".yaml" != name {
				t.Errorf("the sweep is named %s", s.Name)
			}
			var b strings.Builder
			for _, e := range s.Experiments {
				b.WriteString(listing(t, s, e))
			}
			golden(t, strings.TrimSuffix(name, ".yaml")+".trials", b.String())
		})
	}
}

func TestEveryKindOfAxisExpandsAsPinned(t *testing.T) {
	s := mustParse(t, "everything.yaml", mustRead(t, "testdata/good/everything.yaml"))
	golden(t, "good/everything.trials", strings.Join(lines(mustExpand(t, s, "first", "second")), "\n")+"\n")
}

// one is a file with one gaussians experiment, e, that has the given keys.
func one(keys string) string {
	return "version: 1\nname: x\nexperiments:\n  - {name: e, task: gaussians, " + keys + "}\n"
}

func TestIndexCountsSeedsOutermost(t *testing.T) {
	s := mustParse(t, "x.yaml", one("matrix: {k: [1, 5], z_dim: [16, 256]}, seeds: [9, 4]"))
	var got []string
	for i, trial := range mustExpand(t, s) {
		if trial.Index != i || trial.Experiment != "e" {
			t.Errorf("trial %d: index %d of %s", i, trial.Index, trial.Experiment)
		}
		got = append(got, fmt.Sprintf("%s seed=%d", trial.Cell, trial.Config.Seed))
	}
	want := []string{
		"k=1 z_dim=16 seed=9", "k=1 z_dim=256 seed=9", "k=5 z_dim=16 seed=9", "k=5 z_dim=256 seed=9",
		"k=1 z_dim=16 seed=4", "k=1 z_dim=256 seed=4", "k=5 z_dim=16 seed=4", "k=5 z_dim=256 seed=4",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestCellsOfOneComputationShareAHashAndStayTwoTrials(t *testing.T) {
	s := mustParse(t, "x.yaml", one("matrix: {k: [1, 5], rollback: [carry, restore]}"))
	trials := mustExpand(t, s)
	if n, err := s.Count(); n != 4 || err != nil || len(trials) != 4 {
		t.Fatalf("counted %d (%v), expanded to %d", n, err, len(trials))
	}
	hash := map[string]string{}
	for _, trial := range trials {
		hash[trial.Cell.String()] = trial.Config.Hash()
	}
	if hash["k=1 rollback=carry"] != hash["k=1 rollback=restore"] {
		t.Error("k=1: carry and restore have two hashes")
	}
	if hash["k=5 rollback=carry"] == hash["k=5 rollback=restore"] {
		t.Error("k=5: carry and restore share a hash")
	}
}

func TestExcludeDropsEveryRowThatAgrees(t *testing.T) {
	s := mustParse(t, "x.yaml", one("matrix: {k: [0, 1, 5], rollback: [carry, reset]}, zip: {rates: {d_lr: [1e-3, 1e-4], g_lr: [1e-3, 1e-5]}}, "+
		"exclude: [{k: 0, rollback: reset}, {k: 5, g_lr: 1e-5}, {rollback: reset, d_lr: 1.0e-4}]"))
	var got []string
	for _, trial := range mustExpand(t, s) {
		got = append(got, trial.Cell.String())
	}
	want := []string{
		"k=0 rollback=carry d_lr=0.001 g_lr=0.001", "k=0 rollback=carry d_lr=0.0001 g_lr=1e-05",
		"k=1 rollback=carry d_lr=0.001 g_lr=0.001", "k=1 rollback=carry d_lr=0.0001 g_lr=1e-05",
		"k=1 rollback=reset d_lr=0.001 g_lr=0.001",
		"k=5 rollback=carry d_lr=0.001 g_lr=0.001",
		"k=5 rollback=reset d_lr=0.001 g_lr=0.001",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if n, err := s.Count(); n != len(want) || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestExpansionStopsWhereTheCallerStops(t *testing.T) {
	s := mustParse(t, "x.yaml", one("matrix: {batch: [1, 2, 3]}, seeds: 3000"))
	taken := 0
	for _, err := range s.Expand() {
		if err != nil {
			t.Fatal(err)
		}
		if taken++; taken == 5 {
			break
		}
	}
	if taken != 5 {
		t.Errorf("%d trials taken", taken)
	}
}

func TestPlansThatCannotRunAreRefused(t *testing.T) {
	values := make([]string, 1000)
	for i := range values {
		values[i] = fmt.Sprint(i + 1)
	}
	thousand := "[" + strings.Join(values, ",") + "]"
	const mixed = "version: 1\nname: x\nexperiments:\n  - {name: ring, task: gaussians}\n  - {name: cartoons, task: noop-later}\n" +
		"  - {name: double, task: gaussians}\n  - {name: faces, task: noop-later}\n"
	for _, c := range []struct {
		name, text string
		only       []string
		want       string
	}{
		{"10^9 cells", one("matrix: {batch: " + thousand + ", z_dim: " + thousand + ", g_width: " + thousand + "}"), nil,
			"x.yaml:1:1: the plan has 1000000000 trials, more than budget.max_trials allows (10000)"},
		{"10^18 cells and 10^4 seeds", one("seeds: 10000, matrix: {batch: " + thousand + ", z_dim: " + thousand + ", g_width: " + thousand +
			", d_width: " + thousand + ", steps: " + thousand + ", eval_every: " + thousand + "}"), nil,
			"x.yaml:1:1: the plan has more than 9223372036854775807 trials, more than budget.max_trials allows (10000)"},
		{"one over the budget", one("seeds: 4") + "budget: {max_trials: 3}\n", nil,
			"x.yaml:5:22: budget.max_trials: the plan has 4 trials, more than budget.max_trials allows (3)"},
		{"a missing task", mixed, nil,
			"x.yaml:5:28: experiments[1].task: experiment cartoons cannot run: task noop-later is not in this version of sweep; run the others with --only ring,double\n" +
				"x.yaml:7:25: experiments[3].task: experiment faces cannot run: task noop-later is not in this version of sweep; run the others with --only ring,double"},
		{"a missing task by name", mixed, []string{"ring", "cartoons"},
			"x.yaml:5:28: experiments[1].task: experiment cartoons cannot run: task noop-later is not in this version of sweep; run the others with --only ring,double"},
		{"an unknown experiment", mixed, []string{"rng"}, `x.yaml: no experiment is named "rng" (did you mean "ring"?)`},
		{"no experiment at all", mixed, []string{"stacked-mnist"}, `x.yaml: no experiment is named "stacked-mnist" (there are ring, cartoons, double, faces)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustParse(t, "x.yaml", c.text)
			if n, err := s.Count(c.only...); n != 0 || err == nil || err.Error() != c.want {
				t.Errorf("counted %d\ngot  %v\nwant %s", n, err, c.want)
			}
			elements := 0
			for trial, err := range s.Expand(c.only...) {
				if elements++; err == nil || err.Error() != c.want || trial.Experiment != "" {
					t.Errorf("expanded to %v, %v", trial, err)
				}
			}
			if elements != 1 {
				t.Errorf("expanded to %d elements", elements)
			}
		})
	}
}

func TestOnlyKeepsFileOrder(t *testing.T) {
	s := mustParse(t, "paper.yaml", mustRead(t, "paper.yaml"))
	a, b := lines(mustExpand(t, s, "double", "ring")), lines(mustExpand(t, s, "ring", "double"))
	if !slices.Equal(a, b) || len(a) != 80 || !strings.HasPrefix(a[0], "ring 0: ") || !strings.HasPrefix(a[40], "double 0: ") {
		t.Errorf("%d and %d trials, first %s", len(a), len(b), a[0])
	}
}
