package sweeps_test

import (
	"slices"
	"strings"
	"testing"

	"sweep/sweeps"
)

const overData = "version: 1\nname: x\nexperiments:\n  - {name: ring, task: gaussians}\n  - {name: looks, task: noop-mnist, seeds: 2}\n" +
	"  - {name: more, task: noop-mnist, parameters: {steps: 5}}\n"

func hashesOver(t *testing.T, s *sweeps.Spec, data sweeps.Digests, only ...string) []string {
	t.Helper()
	var out []string
	for trial, err := range s.ExpandWith(data, only...) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, trial.Config.Hash())
	}
	return out
}

func TestADigestIsPartOfTheIdentityOfTrialsThatReadTheSet(t *testing.T) {
	s := mustParse(t, "x.yaml", overData)
	one, again := hashesOver(t, s, sweeps.Digests{"mnist": "1a", "faces": "2b"}), hashesOver(t, s, sweeps.Digests{"mnist": "1a"})
	other := hashesOver(t, s, sweeps.Digests{"mnist": "3c"})
	if len(one) != 4 || !slices.Equal(one, again) {
		t.Fatalf("%q and %q", one, again)
	}
	if one[0] != other[0] || one[0] != hashesOver(t, s, nil, "ring")[0] {
		t.Error("the hash of a trial with generated data depends on a data set")
	}
	for i := 1; i < 4; i++ {
		if one[i] == other[i] {
			t.Errorf("trial %d has one hash over two data sets", i)
		}
	}
	for trial, err := range s.ExpandWith(sweeps.Digests{"mnist": "1a"}) {
		if want := map[string]string{"noop-mnist": "1a"}[trial.Config.Task]; err != nil || trial.Config.Data != want {
			t.Errorf("%s: data %q, expected %q (%v)", trial.Experiment, trial.Config.Data, want, err)
		}
	}
}

func TestAnExperimentWithoutItsDigestIsRefused(t *testing.T) {
	s := mustParse(t, "x.yaml", overData)
	want := "x.yaml:5:25: experiments[1].task: experiment looks reads the data set mnist, whose digest is not known\n" +
		"x.yaml:6:24: experiments[2].task: experiment more reads the data set mnist, whose digest is not known"
	for _, data := range []sweeps.Digests{nil, {"mnist": ""}, {"faces": "1a"}} {
		elements := 0
		for _, err := range s.ExpandWith(data) {
			if elements++; err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
		}
		if elements != 1 {
			t.Errorf("%d elements", elements)
		}
	}
}

func TestTheDataSetsOfAFileAreListed(t *testing.T) {
	s := mustParse(t, "x.yaml", overData)
	for only, want := range map[string][]string{"": {"mnist"}, "ring": nil, "looks,more": {"mnist"}} {
		got, err := s.DataSets(strings.FieldsFunc(only, func(r rune) bool { return r == ',' })...)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", only, got, err)
		}
	}
	if _, err := s.DataSets("lokks"); err == nil || !strings.Contains(err.Error(), `did you mean "looks"?`) {
		t.Errorf("got %v", err)
	}
}

// Faces come in sizes and variants: a cell's parameters, or the task's defaults,
// say which set it reads, and a cell that is excluded reads none.
func TestADataSetFollowsTheParameters(t *testing.T) {
	s := mustParse(t, "x.yaml", "version: 1\nname: x\nexperiments:\n"+
		"  - {name: small, task: faces, parameters: {size: 32}, matrix: {data: [pfaces-full, pfaces-skew], k: [1, 5]}, exclude: [{data: pfaces-skew, k: 1}, {data: pfaces-skew, k: 5}]}\n"+
		"  - {name: sizes, task: faces, matrix: {k: [1], size: [48, 96]}}\n  - {name: looks, task: noop-mnist}\n")
	names, err := s.DataSets()
	if want := []string{"mnist", "pfaces-full-32", "pfaces-full-48", "pfaces-full-96"}; err != nil || !slices.Equal(names, want) {
		t.Fatalf("%q, %v", names, err)
	}
	var read []string
	for trial, err := range s.ExpandWith(digests) {
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, trial.Config.Data)
	}
	if want := []string{"digest of pfaces-full-32", "digest of pfaces-full-32", "digest of pfaces-full-48", "digest of pfaces-full-96", digests["mnist"]}; !slices.Equal(read, want) {
		t.Errorf("%q", read)
	}
	for _, err := range s.ExpandWith(sweeps.Digests{"mnist": "1a", "pfaces-full-32": "2b", "pfaces-full-96": "3c"}) {
		if want := "x.yaml:5:25: experiments[1].task: experiment sizes reads the data set pfaces-full-48, whose digest is not known"; err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}
