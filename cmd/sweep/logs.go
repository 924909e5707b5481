package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sweep/storage"
	"sweep/storage/metrics"
)

func newLogsCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "logs SWEEP|TRIAL", Short: "tell what happened to trials, in order: attempts, kills, rollbacks, ends",
		Args: exactly(1, "a sweep's name or the first digits of a trial's hash"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.logs(ctx, s, args[0]) })
		},
	}
}

// event is one thing that happened to a trial.
type event struct {
	At         time.Time `json:"at"`
	TrialID    string    `json:"trial_id"`
	Experiment string    `json:"experiment"`
	Cell       string    `json:"cell"`
	Seed       int64     `json:"seed"`
	Attempt    int64     `json:"attempt"`
	Event      string    `json:"event"` // started, how the attempt ended, or the trial's state
	Text       string    `json:"text"`
}

func (a *app) logs(ctx context.Context, s *services, name string) error {
	_, id, err := s.find(ctx, name)
	if err != nil {
		return err
	}
	var trials []storage.Trial
	if id == "" {
		trials, err = s.metrics.Trials(ctx, name, metrics.Filter{})
	} else {
		var t storage.Trial
		t, err = s.metrics.Trial(ctx, id)
		trials, name = append(trials, t), id
	}
	if err != nil {
		return err
	}
	attempts, err := s.metrics.Attempts(ctx, name)
	if err != nil {
		return err
	}
	events := history(trials, attempts)
	t := newTable("", "at", "trial", "experiment", "cell", ">seed", ">attempt", "event", "what")
	for _, e := range events {
		t.add(moment(e.At), a.id(e.TrialID), e.Experiment, e.Cell, e.Seed, e.Attempt, e.Event, e.Text)
	}
	if len(events) == 0 && a.output == "table" {
		_, err := fmt.Fprintln(a.out, "nothing has happened yet")
		return err
	}
	return a.print(events, t)
}

// history turns attempts, and the last words on trials that failed or were
// cancelled, into events, oldest first.
func history(trials []storage.Trial, attempts []storage.Attempt) []event {
	byID := map[string]storage.Trial{}
	out := []event{}
	for _, t := range trials {
		if _, known := byID[t.ID]; known {
			continue
		}
		byID[t.ID] = t
		if t.State == storage.Failed || t.State == storage.Cancelled {
			out = append(out, event{t.Updated, t.ID, t.Experiment, t.Cell, t.Seed, t.Attempts, string(t.State), cmp.Or(t.Reason, "no reason was given") + "; `sweep retry` runs it again"})
		}
	}
	for _, at := range attempts {
		t := byID[at.TrialID]
		e := event{at.Started, at.TrialID, t.Experiment, t.Cell, t.Seed, at.Fence, "started", started(at)}
		out = append(out, e)
		if at.Ended != nil {
			e.At, e.Event, e.Text = *at.Ended, at.Outcome, ended(at)
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Attempt, b.Attempt)) })
	return out
}

func started(at storage.Attempt) string {
	text := "by " + at.Worker
	if at.FromStep > 0 {
		text += fmt.Sprintf(", from step %d", at.FromStep)
	}
	if at.RolledBack > 0 {
		text += ", " + count(int(at.RolledBack), "point") + " rolled back"
	}
	return text
}

func ended(at storage.Attempt) string {
	text := fmt.Sprintf("at step %d after %v", max(0, at.LastStep), took(at))
	if at.Reason != "" {
		text += ": " + at.Reason
	}
	return text
}
