package sweeps_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"sweep/sweeps"
)

// Whatever the bytes: one answer, errors in one line each, and a plan that is
// what its count says.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "testdata/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, path := range files {
			f.Add([]byte(mustRead(f, path)))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		spec, err := sweeps.Parse("x.yaml", data)
		if err != nil {
			checkErrors(t, spec, err)
			return
		}
		for _, e := range spec.Experiments {
			n, err := spec.Count(e.Name)
			if err != nil {
				checkErrors(t, nil, err)
				continue
			}
			checkTrials(t, spec, e, n)
		}
	})
}

func checkErrors(t *testing.T, spec *sweeps.Spec, err error) {
	var all sweeps.Errors
	if spec != nil || !errors.As(err, &all) || len(all) == 0 || len(all) > 101 {
		t.Fatalf("%v, %v", spec, err)
	}
	for _, p := range all {
		if s := p.Error(); strings.ContainsAny(s, "\n\x00\x1b") || !strings.HasPrefix(s, "x.yaml:") || p.Message == "" || len(s) > 2000 {
			t.Fatalf("problem %q", s)
		}
	}
}

func checkTrials(t *testing.T, spec *sweeps.Spec, e sweeps.Experiment, n int) {
	seen := 0
	for trial, err := range spec.ExpandWith(digests, e.Name) {
		if err != nil || trial.Index != seen || trial.Experiment != e.Name || len(trial.Config.Hash()) != 64 {
			t.Fatalf("trial %d: %+v, %v", seen, trial, err)
		}
		if seen++; seen == 200 {
			return
		}
	}
	if seen != n || n == 0 {
		t.Fatalf("counted %d, expanded to %d", n, seen)
	}
}
