package endtoend_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"
)

var update = flag.Bool("update", false, "write the recorded histories that workflows replays")

// TestRecordHistories lives through what histories should hold (a plain sweep,
// packs, pause and resume, cancel, a killed worker, continue-as-new comes from
// the scale test's sweep) and checks that each closes as it should. With -update
// the histories are kept for the replay test.
func TestRecordHistories(t *testing.T) {
	p := newPerson(t)
	p.gets("submit", p.file("plain.yaml", ring("plain", 1, 100)), "--watch")

	p.gets("submit", p.file("packed.yaml", strings.Replace(noop("packed", 4*runtime.NumCPU()), "steps: 3", "steps: 100, delay_ms: 10", 1)+"    resources: {pack: 8}\n"), "--heartbeat-timeout", "4s")
	eventually(t, time.Minute, "a pack trains", func() bool {
		return p.one("select count(*) from trials where sweep = 'packed' and state = 'running'") != "0"
	})
	murder(t, p, "worker")
	p.gets("watch", "packed")

	p.gets("submit", p.file("killed.yaml", ring("killed", 1, 100_000)), "--heartbeat-timeout", "4s")
	eventually(t, time.Minute, "a trial trains", func() bool {
		return p.one("select count(*) from trials where sweep = 'killed' and step > 200") != "0"
	})
	murder(t, p, "worker")
	p.gets("watch", "killed")

	p.gets("submit", p.file("paused.yaml", ring("paused", 2, 5_000_000)))
	eventually(t, time.Minute, "a trial trains", func() bool {
		return p.one("select count(*) from trials where sweep = 'paused' and state = 'running'") != "0"
	})
	p.gets("pause", "paused")
	p.gets("resume", "paused")
	p.gets("cancel", "paused")

	c := p.temporal()
	defer c.Close()
	for _, sweep := range []string{"plain", "packed", "killed", "paused"} {
		keepHistory(t, c, "sweep/"+sweep, "sweep-"+sweep)
	}
	keepHistory(t, c, p.one("select workflow_id from attempts where outcome = 'lost' and workflow_id like 'pack/%' limit 1"), "group-packed")
	for _, sweep := range []string{"plain", "killed", "paused"} {
		hash := p.one("select trial_id from trials where sweep = '" + sweep + "' order by attempts desc, trial_id limit 1")
		keepHistory(t, c, "group/"+hash, "group-"+sweep)
	}
}

// keepHistory waits until the workflow has closed, and writes its history.
func keepHistory(t *testing.T, c client.Client, id, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	eventually(t, time.Minute, id+" closes", func() bool {
		d, err := c.DescribeWorkflowExecution(ctx, id, "")
		return err == nil && d.WorkflowExecutionInfo.Status == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	})
	var h history.History
	events := c.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	if len(h.Events) < 5 {
		t.Errorf("%s has only %d events", id, len(h.Events))
	}
	if !*update {
		return
	}
	data, err := protojson.MarshalOptions{Multiline: true}.Marshal(&h)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.ReplaceAll(string(data), hostname(), "host"))
	if err := os.WriteFile(filepath.Join("..", "..", "workflows", "testdata", "histories", name+".json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "localhost"
	}
	return name
}
