package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sweep/report"
	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/training"
)

func newShowCmd(a *app) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "show SWEEP|TRIAL", Short: "show a sweep with its trials, or one trial with its attempts",
		Long:    "show takes a sweep's name, or a trial's hash: its first digits are enough.",
		Example: "  sweep show quick\n  sweep show 3f9a61",
		Args:    exactly(1, "a sweep's name or the first digits of a trial's hash"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.show(ctx, s, args[0], all) })
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list every trial, not the first fifty")
	return cmd
}

// firstTrials is how many trials a table lists unless --all.
const firstTrials = 50

func (a *app) show(ctx context.Context, s *services, name string, all bool) error {
	p, trial, err := s.find(ctx, name)
	if err != nil {
		return err
	}
	if trial != "" {
		return a.showTrial(ctx, s, trial)
	}
	f := metrics.Filter{}
	if !all && a.output == "table" {
		f.Limit = firstTrials
	}
	trials, err := s.metrics.Trials(ctx, name, f)
	if err != nil {
		return fmt.Errorf("list the trials of %s: %w", name, err)
	}
	views := []trialView{}
	t := newTable("trials", "trial", "experiment", "cell", ">seed", "state", ">step", ">of", ">attempts", "reason")
	for _, r := range trials {
		views = append(views, newTrialView(r))
		t.add(a.id(r.ID), r.Experiment, r.Cell, r.Seed, r.State, max(0, r.Step), r.Steps, r.Attempts, r.Reason)
	}
	view := struct {
		sweepView
		List []trialView `json:"list"`
	}{newSweepView(p), views}
	if a.output == "csv" {
		return a.print(view, t)
	}
	if err := a.print(view, sweepTable("", []storage.SweepProgress{p}), experimentTable(p), t); err != nil || a.output != "table" {
		return err
	}
	if c, _, _ := sums(p); c.Total() > len(trials) {
		_, err = fmt.Fprintf(a.out, "… %d more: sweep show %s --all\n", c.Total()-len(trials), name)
	}
	return err
}

// experimentTable is a sweep's progress by experiment.
func experimentTable(p storage.SweepProgress) *table {
	t := newTable("experiments", "experiment", "task", ">trials", ">pending", ">dispatched", ">running", ">finished", ">diverged", ">failed", ">cancelled", ">steps", "metric", ">last")
	for _, e := range p.Experiments {
		t.add(e.Name, e.Task, e.Total(), e.Pending, e.Dispatched, e.Running, e.Finished, e.Diverged, e.Failed, e.Cancelled,
			percent(e.StepsDone, e.StepsTotal), e.Metric, optional(e.Last))
	}
	return t
}

var hashPrefix = regexp.MustCompile(`^[0-9a-f]{4,64}$`)

// find reads a name as a sweep's, else as the beginning of a trial's hash.
func (s *services) find(ctx context.Context, name string) (storage.SweepProgress, string, error) {
	p, err := s.metrics.SweepProgress(ctx, name)
	if !errors.Is(err, storage.ErrNotFound) {
		return p, "", err
	}
	if !hashPrefix.MatchString(name) {
		return p, "", s.unknownSweep(ctx, name, err)
	}
	// The pattern above leaves nothing in name to quote.
	rows, queryErr := s.metrics.Query(ctx, "select distinct trial_id from trials where trial_id like '"+name+"%' order by 1", 2, 0)
	switch {
	case queryErr != nil:
		return p, "", queryErr
	case len(rows.Rows) == 0:
		return p, "", s.unknownSweep(ctx, name, err)
	case len(rows.Rows) > 1:
		return p, "", invalid("several trials begin with %s: give more digits", name)
	}
	return p, fmt.Sprint(rows.Rows[0][0]), nil
}

// trialDetails is one trial with what belongs to it.
type trialDetails struct {
	trialView
	Metrics     map[string]*float64 `json:"metrics"` // last values; null for NaN and infinities
	History     []attemptView       `json:"history"`
	Checkpoints []checkpointView    `json:"checkpoints"`
}

type checkpointView struct {
	Step   int64  `json:"step"`
	Key    string `json:"key"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func (a *app) showTrial(ctx context.Context, s *services, id string) error {
	t, err := s.metrics.Trial(ctx, id)
	if err != nil {
		return err
	}
	attempts, err := s.metrics.Attempts(ctx, id)
	if err != nil {
		return err
	}
	checkpoints, err := s.metrics.Checkpoints(ctx, id)
	if err != nil {
		return err
	}
	d := trialDetails{trialView: newTrialView(t), Metrics: map[string]*float64{}, History: []attemptView{}, Checkpoints: []checkpointView{}}
	values, err := s.lastValues(ctx, t, d.Metrics)
	if err != nil {
		return err
	}
	for _, at := range attempts {
		d.History = append(d.History, newAttemptView(at))
	}
	for _, c := range checkpoints {
		d.Checkpoints = append(d.Checkpoints, checkpointView{c.Step, c.Key, c.Size, c.SHA256})
	}
	return a.print(d, factsTable(t), values, attemptTable(attempts), checkpointTable(checkpoints))
}

// lastValues reads the trial's last point of every metric, in the task's order.
func (s *services) lastValues(ctx context.Context, t storage.Trial, into map[string]*float64) (*table, error) {
	// A hash from the database is 64 hex digits: nothing in it to quote.
	rows, err := s.metrics.Query(ctx, "select distinct on (name) name, step, value from final where trial_id = '"+t.ID+"'", 0, 0)
	if err != nil {
		return nil, err
	}
	schema, _ := training.SchemaOf(t.Task)
	place := func(row []any) int {
		return slices.IndexFunc(schema.Metrics, func(m training.Metric) bool { return m.Name == row[0] })
	}
	slices.SortStableFunc(rows.Rows, func(a, b []any) int { return place(a) - place(b) })
	out := newTable("last values", "metric", ">value", ">at step")
	for _, row := range rows.Rows {
		if v, ok := row[2].(float64); ok {
			into[fmt.Sprint(row[0])] = finiteOrNil(&v)
			out.add(row[0], report.Number(v), row[1])
		}
	}
	return out, nil
}

func factsTable(t storage.Trial) *table {
	out := newTable("", "trial", t.ID)
	out.add("sweep", t.Sweep)
	out.add("experiment", t.Experiment)
	out.add("cell", fmt.Sprintf("%s seed=%d", t.Cell, t.Seed))
	out.add("state", t.State)
	if t.Reason != "" {
		out.add("reason", t.Reason)
	}
	out.add("step", fmt.Sprintf("%d of %d", max(0, t.Step), t.Steps))
	out.add("numerics", t.Numerics)
	if t.Nondeterministic {
		out.add("replay", "differed from the points it replaced")
	}
	if schema, ok := training.SchemaOf(t.Task); ok {
		if p, err := schema.DecodeParams(t.Params); err == nil {
			out.add("parameters", p)
		}
	}
	return out
}

func attemptTable(attempts []storage.Attempt) *table {
	t := newTable("attempts", ">attempt", "worker", "started", ">took", ">from step", ">to step", ">rolled back", "end", "reason")
	for _, at := range attempts {
		t.add(at.Fence, at.Worker, moment(at.Started), took(at), max(0, at.FromStep), max(0, at.LastStep), at.RolledBack, at.Outcome, at.Reason)
	}
	return t
}

func checkpointTable(checkpoints []storage.Checkpoint) *table {
	t := newTable("checkpoints", ">step", ">bytes", "key")
	for _, c := range checkpoints {
		t.add(c.Step, c.Size, c.Key)
	}
	return t
}

// took is how long an attempt lasted, or has been seen alive.
func took(at storage.Attempt) time.Duration {
	end := at.LastSeen
	if at.Ended != nil {
		end = *at.Ended
	}
	return max(0, end.Sub(at.Started)).Round(time.Second)
}
