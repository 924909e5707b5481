package endtoend_test

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
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

// foundByWhatItsTrialsShare asks what the web UI asks. A pack may tell its state
// some time after its last trial is finished: what it asked of a worker that was
// killed is asked again only when that worker's time is over.
func foundByWhatItsTrialsShare(t *testing.T, p *person) {
	t.Helper()
	c := p.temporal()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	count := func(query string) int {
		r, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return int(r.Count)
	}
	packs := func(having string) int {
		n, err := strconv.Atoi(p.one("select count(*) from (select 1 from attempts join trials using (trial_id) group by workflow_id having " + having + ") x"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	all := count(`Sweep = "short" AND Experiment = "ring" AND ZDim = 16`)
	untried := all - packs("true") // cut short by a crash before any of their trials began
	if untried < 0 || untried == all {
		t.Fatalf("the index knows %d packs, %d without an attempt", all, untried)
	}
	for query, having := range map[string]string{
		`Sweep = "short" AND Params = "k=5"`: "max(k) = 5",
		`Sweep = "short" AND K = 5`:          "min(k) = 5",
	} {
		if n, least := count(query), packs(having); n < least || n > least+untried {
			t.Errorf("%s: %d of %d packs, expected %d to %d", query, n, all, least, least+untried)
		}
	}
	told := -1
	for end := time.Now().Add(2 * time.Minute); told != all; time.Sleep(200 * time.Millisecond) {
		told = count(`Sweep = "short" AND TrialState = "finished"`)
		if time.Now().After(end) {
			showPacks(ctx, t, c)
			t.Fatalf("%d of %d packs tell that their trials are finished", told, all)
		}
	}
}

// showPacks logs what the index knows of each workflow.
func showPacks(ctx context.Context, t *testing.T, c client.Client) {
	r, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{})
	if err != nil {
		t.Log(err)
	}
	for _, e := range r.GetExecutions() {
		t.Logf("%s %s: %v", e.Execution.WorkflowId, e.Status, e.SearchAttributes)
	}
}
