package endtoend_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sweep/training/tasks/mnist/lookalike"
)

const looks = "version: 1\nname: looks\nexperiments:\n  - {name: looks, task: noop-mnist, seeds: 2, parameters: {steps: 50}}\n"

// draws puts a small data set into a folder.
func draws(t *testing.T, dir string, seed int64) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := lookalike.Write(dir, 100, 50, seed); err != nil {
		t.Fatal(err)
	}
}

// planned lists the trials that a file means with the data sets in a folder.
func (p *person) planned(file, data string) []string {
	p.t.Helper()
	var got struct {
		Plan []struct {
			TrialID string `json:"trial_id"`
		}
	}
	p.reads(&got, "plan", file, "--trials", "--data", data)
	var ids []string
	for _, trial := range got.Plan {
		ids = append(ids, trial.TrialID)
	}
	slices.Sort(ids)
	return ids
}

// TestTrialsAreBoundToTheDataTheyWerePlannedWith follows a data set from the
// folder of the person who submits to the worker that trains.
func TestTrialsAreBoundToTheDataTheyWerePlannedWith(t *testing.T) {
	here, there := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "mnist")
	p := newPerson(t, "SWEEP_DATA="+here)
	file := p.file("looks.yaml", looks)

	want := "data set mnist is not in " + here + "/mnist: run `sweep data fetch mnist`, or `sweep data import mnist DIR` with a folder that holds its files\n"
	if s := p.types("submit", file); s.code != 2 || s.err != want {
		t.Errorf("without the data: exit %d, %q", s.code, s.err)
	}
	nothingRuns(t, p)

	draws(t, filepath.Join(here, "mnist"), 1)
	p.gets("submit", file, "--watch")
	first := p.query("select trial_id from trials where state = 'finished' order by 1")
	if planned := p.planned(file, here); len(first) != 2 || !slices.Equal(first, planned) {
		t.Fatalf("finished %q, planned %q", first, planned)
	}

	// Planned with another set than the worker has: tried again until the worker
	// has it, and then finished without another word.
	draws(t, there, 2)
	second := p.planned(file, there)
	p.gets("submit", file, "--data", there)
	eventually(t, time.Minute, "an attempt says what its worker lacks", func() bool {
		said := p.query("select distinct reason from attempts where outcome = 'failed'")
		return len(said) > 0 && strings.Contains(strings.Join(said, "\n"), "data set mnist in "+here+"/mnist is not the one that the trial was planned with")
	})
	draws(t, filepath.Join(here, "mnist"), 2)
	eventually(t, 3*time.Minute, "the second set's trials are finished", func() bool {
		return slices.Equal(p.query("select trial_id from trials where state = 'finished' order by 1"), sorted(first, second))
	})
	if slices.Contains(second, first[0]) || slices.Contains(second, first[1]) {
		t.Error("a trial has one identity over two data sets")
	}
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return all
}
