package endtoend_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"sweep/internal/devstack"
)

var (
	scaleTrials = flag.Int("scale.trials", 1000, "no-op trials of the scale test")
	scalePack   = flag.String("scale.pack", "off", "trials of a pack in the scale test: off, auto or a number")
)

func packedNoop(name string, trials int, pack string) string {
	return noop(name, trials) + "    resources: {pack: " + pack + "}\n"
}

// TestManyTrialsKeepHistoryBoundedAndMemoryFlat runs trials that train nothing,
// each with a group of its own (or in packs): what is measured is the runner.
func TestManyTrialsKeepHistoryBoundedAndMemoryFlat(t *testing.T) {
	p := newPerson(t)
	began := time.Now()
	p.gets("submit", p.file("noop.yaml", packedNoop("noop", *scaleTrials, *scalePack)))
	var early, peak int64
	done := func() int {
		var n int
		_, _ = fmt.Sscan(p.one("select count(*) from trials where sweep = 'noop' and state = 'finished'"), &n)
		return n
	}
	eventually(t, 10*time.Minute, "all trials finish", func() bool {
		n, rss := done(), workerMemory(t, p)
		if early == 0 && n > *scaleTrials/5 {
			early = rss
		}
		peak = max(peak, rss)
		time.Sleep(time.Second) // looking costs time that the trials would have
		return n == *scaleTrials
	})
	took := time.Since(began)
	t.Logf("%d trials in %.1f s: %.1f trials/s; worker memory %d MB early, %d MB at its peak",
		*scaleTrials, took.Seconds(), float64(*scaleTrials)/took.Seconds(), early>>20, peak>>20)
	if early > 0 && peak > early+64<<20 {
		t.Errorf("the worker's memory grew from %d MB to %d MB", early>>20, peak>>20)
	}
	eventually(t, time.Minute, "the sweep closes", func() bool {
		return p.one("select count(*) from sweeps where sweep = 'noop' and state = 'done'") == "1"
	})
	boundedHistory(t, p)
}

func workerMemory(t *testing.T, p *person) int64 {
	t.Helper()
	r, err := devstack.Status(p.home)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Services {
		if s.Name == "worker" {
			return s.RSSBytes
		}
	}
	return 0
}

// boundedHistory looks at every run of the sweep's workflow: with 1000 trials
// it must have continued as new, and no run may come near the service's limit
// of 51,200 events.
func boundedHistory(t *testing.T, p *person) {
	t.Helper()
	c := p.temporal()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var list *workflowservice.ListWorkflowExecutionsResponse
	eventually(t, 30*time.Second, "the web UI's index knows the runs", func() (ok bool) {
		var err error
		list, err = c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: `WorkflowId = "sweep/noop"`})
		return err == nil && len(list.Executions) > 0 && list.Executions[0].Status == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	})
	continued := 0
	for _, e := range list.Executions {
		t.Logf("run %s: %s, %d events", e.Execution.RunId, e.Status, e.HistoryLength)
		if e.Status == enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW {
			continued++
		}
		if e.HistoryLength > 10000 {
			t.Errorf("a run has %d events", e.HistoryLength)
		}
	}
	if continued == 0 && *scaleTrials >= 1000 && *scalePack == "off" {
		t.Error("no run continued as new")
	}
}

func (p *person) temporal() client.Client {
	p.t.Helper()
	_, conn, err := devstack.Lookup(p.home)
	if err != nil {
		p.t.Fatal(err)
	}
	c, err := client.Dial(client.Options{HostPort: conn.TemporalAddress, Namespace: conn.TemporalNamespace})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// TestTrialsAreFoundInTheWebUIByTheirParameters asks what the web UI asks.
func TestTrialsAreFoundInTheWebUIByTheirParameters(t *testing.T) {
	p := newPerson(t)
	p.gets("submit", p.file("quick.yaml", ring("quick", 2, 100)), "--watch")
	c := p.temporal()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for query, want := range map[string]int64{
		`Sweep = "quick" AND K = 5`:                                      2,
		`Sweep = "quick" AND Experiment = "ring" AND Task = "gaussians"`: 4,
		`Sweep = "quick" AND Params = "z_dim=16" AND ZDim = 16`:          4,
		`Sweep = "quick" AND TrialState = "finished" AND K = 1`:          2,
	} {
		var n int64
		eventually(t, 30*time.Second, query, func() bool {
			r, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
			if err == nil {
				n = r.Count
			}
			return n == want
		})
	}
}
