package endtoend_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// ring is a small real sweep: short enough for a test, real enough to learn.
func ring(name string, seeds, steps int) string {
	return fmt.Sprintf(`version: 1
name: %s
experiments:
  - name: ring
    task: gaussians
    metric: {name: modes_strict}
    seeds: %d
    parameters: {mixture: ring8, z_dim: 16, g_width: 32, d_width: 32, steps: %d, eval_every: %d, samples_every: 1}
    matrix: {k: [1, 5]}
    checkpoint: {every: {steps: %d}}
`, name, seeds, steps, max(steps/4, 1), min(max(steps/2, 1), 20_000))
}

func noop(name string, trials int) string {
	return fmt.Sprintf(`version: 1
name: %s
experiments:
  - name: nothing
    task: noop
    seeds: %d
    parameters: {steps: 3}
`, name, trials)
}

func TestASweepRunsFromFileToAnswerAndNeverTwice(t *testing.T) {
	p := newPerson(t)
	file := p.file("small.yaml", ring("small", 3, 400))
	out := p.gets("submit", file, "--watch")
	if !strings.Contains(out, "small") {
		t.Errorf("submit --watch does not name the sweep:\n%s", out)
	}
	if n := p.one("select count(*) from trials where sweep = 'small' and state = 'finished'"); n != "6" {
		t.Fatalf("%s trials finished, expected 6", n)
	}
	// Every step's loss is there once: 400 steps of d_loss for each of 6 trials.
	if n := p.one("select count(*) from metrics where name = 'd_loss'"); n != "2400" {
		t.Errorf("%s points of d_loss, expected 2400", n)
	}
	if n := p.one("select count(distinct (trial_id, step)) from metrics where name = 'd_loss'"); n != "2400" {
		t.Errorf("%s distinct points of d_loss, expected 2400", n)
	}
	answer := p.gets("compare", "small")
	for _, want := range []string{"k=1", "k=5", "modes_strict"} {
		if !strings.Contains(answer, want) {
			t.Errorf("compare does not tell %s:\n%s", want, answer)
		}
	}
	var data struct {
		Experiments []struct {
			Cells []struct {
				Cell string
				N    int
			}
		}
	}
	p.reads(&data, "compare", "small")
	if len(data.Experiments) != 1 || len(data.Experiments[0].Cells) != 2 || data.Experiments[0].Cells[1].N != 3 {
		t.Errorf("compare -o json: %+v", data)
	}
	page := p.file("report.html", "")
	p.gets("report", "small", "--out", page)
	p.rerunsWhatThePagePrints(page)

	attempts := p.one("select count(*) from attempts")
	p.gets("submit", file, "--watch")
	if n := p.one("select count(*) from attempts"); n != attempts {
		t.Errorf("submitting again made %s attempts of %s", n, attempts)
	}
	p.file("small.yaml", ring("small", 5, 400))
	p.gets("submit", file, "--watch")
	if n := p.one("select count(*) from attempts"); n != "10" {
		t.Errorf("raising seeds from 3 to 5 left %s attempts, expected 10: one per trial", n)
	}
	if n := p.one("select count(*) from trials where sweep = 'small' and state = 'finished'"); n != "10" {
		t.Errorf("%s trials finished, expected 10", n)
	}
}

func TestAPausedSweepCheckpointsAndGoesOn(t *testing.T) {
	p := newPerson(t)
	p.gets("submit", p.file("long.yaml", ring("long", 2, 5_000_000)))
	steps := func() string { return p.one("select coalesce(max(step), 0) > 50 from trials where sweep = 'long'") }
	eventually(t, time.Minute, "training starts", func() bool { return steps() == "true" })
	p.gets("pause", "long")
	running := func() string {
		return p.one("select count(*) from trials where sweep = 'long' and state in ('running', 'dispatched')")
	}
	eventually(t, time.Minute, "trials stop", func() bool { return running() == "0" })
	if n := p.one("select count(*) from checkpoints where step > 0"); n == "0" {
		t.Error("pausing left no checkpoint")
	}
	p.gets("resume", "long")
	eventually(t, time.Minute, "trials run again", func() bool { return running() != "0" })
	p.gets("cancel", "long")
	eventually(t, time.Minute, "trials are cancelled", func() bool {
		return p.one("select count(*) from trials where sweep = 'long' and state = 'cancelled'") == "4"
	})
	if n := p.one("select count(*) from points_rolled_back"); n != "0" {
		t.Errorf("pause, resume and cancel rolled %s points back: they are orderly", n)
	}
}

func TestCancellingOneSweepLeavesATrialThatAnotherWants(t *testing.T) {
	p := newPerson(t)
	p.gets("submit", p.file("a.yaml", ring("a", 1, 60_000)))
	p.gets("submit", p.file("b.yaml", ring("b", 1, 60_000)))
	eventually(t, time.Minute, "the shared trials run", func() bool {
		return p.one("select count(*) from trials where sweep = 'b' and state = 'running'") != "0"
	})
	p.gets("cancel", "a")
	p.gets("watch", "b")
	if n := p.one("select count(*) from trials where sweep = 'b' and state = 'finished'"); n != "2" {
		t.Errorf("%s trials of b finished, expected both", n)
	}
	if n := p.one("select count(*) from attempts"); n != "2" {
		t.Errorf("%s attempts, expected one for each shared trial", n)
	}
}
