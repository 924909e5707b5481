package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesThatShipAreValid(t *testing.T) {
	files, err := filepath.Glob("../../sweeps/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files ship: %v", err)
	}
	for _, f := range files {
		if s := types(t, "", "validate", f); s.code != exitDone || !strings.Contains(s.out, "is valid: ") {
			t.Errorf("%s: exit %d: %s%s", f, s.code, s.out, s.err)
		}
	}
}

func TestValidateAndPlanAreTheGoldenOnes(t *testing.T) {
	for name, args := range map[string][]string{
		"validate.txt": {"validate", "testdata/mixed.yaml"},
		"plan.txt":     {"plan", "testdata/mixed.yaml", "--only", "ring"},
	} {
		t.Run(name, func(t *testing.T) {
			s := types(t, "", args...)
			if s.code != exitDone || s.err != "" {
				t.Fatalf("exit %d: %s", s.code, s.err)
			}
			golden(t, name, s.out)
		})
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const twoCells = `version: 1
name: two
experiments:
  - name: a
    task: noop
    seeds: 2
    parameters: {steps: 7}
    matrix: {variant: [1, 2]}
`

func TestPlanListsEveryTrialOnce(t *testing.T) {
	var got struct {
		Trials, Distinct int
		Plan             []plannedTrial
	}
	s := types(t, "", "plan", write(t, twoCells), "--trials", "-o", "json")
	if err := json.Unmarshal([]byte(s.out), &got); err != nil || s.code != 0 {
		t.Fatalf("exit %d, %v: %s%s", s.code, err, s.out, s.err)
	}
	seen := map[string]bool{}
	for i, p := range got.Plan {
		seen[p.TrialID] = true
		if p.Index != i || len(p.TrialID) != 64 {
			t.Errorf("trial %d is %+v", i, p)
		}
	}
	if got.Trials != 4 || got.Distinct != 4 || len(seen) != 4 {
		t.Errorf("%d trials, %d distinct, %d hashes; want 4 of each", got.Trials, got.Distinct, len(seen))
	}
}

func TestPlanSaysWhichCellsAreOneComputation(t *testing.T) {
	text := strings.NewReplacer("noop", "gaussians", "variant: [1, 2]", "rollback: [carry, none]").Replace(twoCells)
	s := types(t, "", "plan", write(t, text))
	if !strings.Contains(s.out, "two: 4 trials, 2 to be trained") {
		t.Errorf("k=1 with carry and none are one computation; plan says:\n%s%s", s.out, s.err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"every mistake on its line": {strings.NewReplacer("variant", "variantt", "seeds: 2", "seeds: 0").Replace(twoCells), []string{":6:", ":8:", `did you mean "variant"`}},
		"over its budget":           {twoCells + "budget: {max_trials: 3}\n", []string{"4 trials", "budget.max_trials"}},
	} {
		for _, command := range []string{"validate", "plan"} {
			t.Run(command+" "+name, func(t *testing.T) {
				s := types(t, "", command, write(t, c.text))
				if s.code != exitInvalid || s.out != "" {
					t.Errorf("exit %d, printed %q", s.code, s.out)
				}
				for _, w := range c.want {
					if !strings.Contains(s.err, w) {
						t.Errorf("no %q in:\n%s", w, s.err)
					}
				}
			})
		}
	}
}

func TestPlanOfAMissingTaskNamesTheRemedy(t *testing.T) {
	s := types(t, "", "plan", "testdata/mixed.yaml")
	if s.code != exitInvalid || !strings.Contains(s.err, "--only ring") {
		t.Errorf("exit %d: %s", s.code, s.err)
	}
}

func TestAMisspeltExperimentIsSuggested(t *testing.T) {
	s := types(t, "", "plan", "testdata/mixed.yaml", "--only", "rign")
	if s.code != exitInvalid || !strings.Contains(s.err, `"ring"`) {
		t.Errorf("exit %d: %s", s.code, s.err)
	}
}
