package workflows_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"sweep/workflows"
)

// TestRecordedHistoriesReplay runs today's workflow code against histories of
// sweeps that really ran (`go test ./internal/endtoend -run Record -args
// -update` records them anew). A failure means that sweeps which are running
// when this version is deployed would stop.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/histories/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d recorded histories (%v): they are missing", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := worker.NewWorkflowReplayer()
			r.RegisterWorkflow(workflows.Sweep)
			r.RegisterWorkflow(workflows.Group)
			r.RegisterWorkflow(workflows.Notify)
			if err := r.ReplayWorkflowHistoryFromJSONFile(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)), file); err != nil {
				t.Error(err)
			}
		})
	}
}
