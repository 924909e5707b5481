package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"sweep/storage"
	"sweep/sweeps"
	"sweep/workflows"
)

type submitFlags struct {
	only      []string
	prune     bool
	watch     bool
	heartbeat time.Duration
}

func newSubmitCmd(a *app) *cobra.Command {
	var f submitFlags
	cmd := &cobra.Command{
		Use:   "submit FILE",
		Short: "run a sweep; the same file again runs only what is new",
		Example: `  sweep submit sweeps/quick.yaml --watch
  sweep submit sweeps/paper.yaml --only ring`,
		Args: exactly(1, "the sweep's file, e.g. sweep submit sweeps/quick.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.submit(cmd.Context(), args[0], f) },
	}
	cmd.Flags().StringSliceVar(&f.only, "only", nil, "run only these experiments")
	cmd.Flags().BoolVar(&f.prune, "prune", false, "forget trials that the file no longer names")
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "show progress until the sweep is done")
	cmd.Flags().DurationVar(&f.heartbeat, "heartbeat-timeout", 0, "how long a silent worker keeps its segment")
	_ = cmd.Flags().MarkHidden("heartbeat-timeout")
	return cmd
}

func (a *app) submit(ctx context.Context, file string, f submitFlags) error {
	text, spec, err := readSweep(file)
	if err != nil {
		return err
	}
	n, err := spec.Count(f.only...)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	data, err := a.digests(spec, f.only)
	if err != nil {
		return err
	}
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	sw := storage.Sweep{Name: spec.Name, File: filepath.Base(file), Text: text, Only: f.only, Prune: f.prune, Data: data}
	if err := s.start(ctx, sw, workflows.Timing{Heartbeat: f.heartbeat}); err != nil {
		return err
	}
	if err := a.say(map[string]any{"sweep": spec.Name, "trials": n, "web_ui": s.uiLink(spec.Name)},
		"submitted %s: %s (live page: `sweep web`; Temporal web UI: %s)\n", spec.Name, count(n, "trial"), s.uiLink(spec.Name)); err != nil {
		return err
	}
	if spec.Notify.Webhook != "" {
		problem, err := s.warnWebhook(ctx, spec.Notify.Webhook)
		if err != nil {
			return err
		}
		if problem != "" {
			fmt.Fprintln(a.err, problem)
		}
	}
	if !f.watch {
		return nil
	}
	return a.watch(ctx, s, spec.Name)
}

// readSweep reads and checks a file; every mistake is told, one a line.
func readSweep(file string) ([]byte, *sweeps.Spec, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, nil, invalid("%s: %v; see `ls sweeps/` for the files that ship", file, errors.Unwrap(err))
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxSweepFile+1))
	if err != nil {
		return nil, nil, invalid("%s: %v", file, errors.Unwrap(err))
	}
	spec, err := sweeps.Parse(file, text)
	if err != nil {
		return nil, nil, exitError{exitInvalid, err}
	}
	return text, spec, nil
}

// maxSweepFile bounds what is read; the parser refuses what is larger than its own bound.
const maxSweepFile = 1 << 20

// start stores the file and makes its workflow run: a new one, or the open one
// told of the new revision.
func (s *services) start(ctx context.Context, sw storage.Sweep, timing workflows.Timing) error {
	if err := s.budgetLeft(ctx, sw); err != nil {
		return err
	}
	c, err := s.temporal(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := registerAttributes(ctx, c, s.conn.TemporalNamespace); err != nil {
		return err
	}
	if _, err := s.metrics.PutSweep(ctx, sw); err != nil {
		return fmt.Errorf("store sweep %s: %w", sw.Name, err)
	}
	return startOrAdd(ctx, c, workflows.SweepInput{Sweep: sw.Name, Timing: timing})
}

func startOrAdd(ctx context.Context, c client.Client, in workflows.SweepInput) error {
	id := workflows.SweepID(in.Sweep)
	for try := 0; ; try++ {
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: id, TaskQueue: workflows.Queue, TypedSearchAttributes: workflows.SweepAttributes(in.Sweep),
			WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
			WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			WorkflowExecutionErrorWhenAlreadyStarted: true, StaticSummary: "sweep " + in.Sweep,
		}, workflows.Sweep, in)
		if open := (*serviceerror.WorkflowExecutionAlreadyStarted)(nil); !errors.As(err, &open) {
			if err != nil {
				return fmt.Errorf("start sweep %s: %w", in.Sweep, err)
			}
			return nil
		}
		err = update(ctx, c, in.Sweep, workflows.AddUpdate)
		if err == nil || try == 3 {
			return err
		}
	}
}

// update sends an Update to a sweep's workflow and waits for its answer.
func update(ctx context.Context, c client.Client, sweep, name string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	h, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflows.SweepID(sweep), UpdateName: name, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = h.Get(ctx, nil)
	}
	if missing := (*serviceerror.NotFound)(nil); errors.As(err, &missing) {
		return invalid("sweep %s is not running: submit it again, or see `sweep ls`", sweep)
	}
	if err != nil {
		return fmt.Errorf("%s sweep %s: %w", name, sweep, err)
	}
	return nil
}

// uiLink is the address of the sweep's trials in the Temporal web UI, "" where
// this program does not know one.
func (s *services) uiLink(sweep string) string {
	if s.conn.UIURL == "" {
		return ""
	}
	query := strings.ReplaceAll(fmt.Sprintf("Sweep=%q", sweep), `"`, "%22")
	return fmt.Sprintf("%s/namespaces/%s/workflows?query=%s", s.conn.UIURL, s.conn.TemporalNamespace, query)
}
