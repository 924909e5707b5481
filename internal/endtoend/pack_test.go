package endtoend_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
)

// short is a sweep of trials that take a second or two each: four for each slot
// of this machine's worker.
func short(pack string) string {
	return fmt.Sprintf(`version: 1
name: short
experiments:
  - name: ring
    task: gaussians
    seeds: %d
    resources: {pack: %s}
    parameters: {z_dim: 16, g_width: 16, d_width: 16, batch: 64, steps: 12000, eval_every: 4000}
    matrix: {k: [1, 5]}
    checkpoint: {every: {steps: 5000}}
`, 2*runtime.NumCPU(), pack)
}

// TestAPackKilledInTheMiddleEqualsItsTrialsAlone trains trials alone and
// undisturbed, then in packs that lose their worker, then everything, while they
// train. Final weights and every point must be equal.
func TestAPackKilledInTheMiddleEqualsItsTrialsAlone(t *testing.T) {
	calm := newPerson(t)
	calm.gets("submit", calm.file("short.yaml", short("off")), "--watch")
	want := resultOf(calm)
	calm.gets("down")

	hit := newPerson(t)
	hit.gets("submit", hit.file("short.yaml", short("8")), "--heartbeat-timeout", "4s")
	for i, what := range []string{"worker", "everything"} {
		eventually(t, time.Minute, "the pack is in the middle", func() bool {
			return hit.one(fmt.Sprintf("select count(*) >= %d from trials where state = 'finished'", 1+3*i)) == "true" &&
				hit.one("select count(*) from attempts where ended is null and last_step > 0") != "0"
		})
		murder(t, hit, what)
		if what == "everything" {
			hit.gets("up")
		}
	}
	hit.gets("watch", "short")
	got := resultOf(hit)
	if strings.Join(want.weights, "\n") != strings.Join(got.weights, "\n") || len(got.weights) != 4*runtime.NumCPU() {
		t.Errorf("final weights differ:\n%s\nalone and undisturbed:\n%s", strings.Join(got.weights, "\n"), strings.Join(want.weights, "\n"))
	}
	if want.points != got.points {
		t.Errorf("points differ: %s, alone and undisturbed %s", got.points, want.points)
	}
	for sql, want := range map[string]string{
		"select count(*) from trials where nondeterministic":                              "0",
		"select count(*) from attempts where workflow_id not like 'pack/%'":               "0",
		"select count(distinct workflow_id) < count(distinct trial_id) / 2 from attempts": "true",
		"select count(*) >= 2 from attempts where outcome = 'lost'":                       "true",
		"select count(*) from trials t where state = 'finished' and attempts > 3":         "0",
	} {
		if got := hit.one(sql); got != want {
			t.Errorf("%s: %s, expected %s", sql, got, want)
		}
	}
	foundByWhatItsTrialsShare(t, hit)
}

// foundByWhatItsTrialsShare asks what the web UI asks.
func foundByWhatItsTrialsShare(t *testing.T, p *person) {
	t.Helper()
	c := p.temporal()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	workflows := func(having string) string {
		return p.one("select count(*) from (select 1 from attempts join trials using (trial_id) group by workflow_id having " + having + ") x")
	}
	for query, want := range map[string]string{
		`Sweep = "short" AND Experiment = "ring" AND ZDim = 16`: workflows("true"),
		`Sweep = "short" AND TrialState = "finished"`:           workflows("true"),
		`Sweep = "short" AND Params = "k=5"`:                    workflows("max(k) = 5"),
		`Sweep = "short" AND K = 5`:                             workflows("min(k) = 5"),
	} {
		var n int64
		eventually(t, 30*time.Second, query+": "+want, func() bool {
			r, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
			if err == nil {
				n = r.Count
			}
			return fmt.Sprint(n) == want
		})
	}
}
