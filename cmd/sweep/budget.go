package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sweep/storage"
	"sweep/sweeps"
)

// budgetView is a sweep's budget of wall time. Pauses do not count.
type budgetView struct {
	MaxWall float64 `json:"max_wall_seconds"`
	Ran     float64 `json:"ran_seconds"`
	Spent   bool    `json:"spent"`
}

// budget reads the budget that a sweep's file sets; nil where it sets none.
func budget(sw storage.Sweep) *budgetView {
	spec, err := sweeps.Parse(sw.File, sw.Text)
	if err != nil || spec.Budget.MaxWall <= 0 {
		return nil
	}
	return &budgetView{spec.Budget.MaxWall.Seconds(), sw.Ran.Seconds(), sw.Ran >= spec.Budget.MaxWall}
}

// shownState is a sweep's state for people: one that was cancelled because its
// budget is spent says so.
func shownState(sw storage.Sweep) string {
	if sw.State == storage.SweepCancelled {
		if b := budget(sw); b != nil && b.Spent {
			return "budget spent"
		}
	}
	return string(sw.State)
}

// budgetLine says how much of the budget is used; nothing where there is none.
func budgetLine(sw storage.Sweep) string {
	b := budget(sw)
	if b == nil {
		return ""
	}
	wall, ran := seconds(b.MaxWall), seconds(b.Ran).Round(time.Second)
	if b.Spent && sw.State != storage.SweepDone {
		return fmt.Sprintf("budget: max_wall (%v) is spent: raise it in the file and submit that again to go on\n", wall)
	}
	return fmt.Sprintf("budget: ran for %v of max_wall %v (%s), pauses left out\n", ran, wall, percent(int64(b.Ran*1000), int64(b.MaxWall*1000)))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// budgetLeft refuses to run a sweep again that was stopped because its budget
// was spent, unless the file sets a larger one.
func (s *services) budgetLeft(ctx context.Context, sw storage.Sweep) error {
	before, err := s.metrics.Sweep(ctx, sw.Name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	sw.Ran = before.Ran
	if b := budget(sw); b != nil && b.Spent && before.State == storage.SweepCancelled {
		return invalid("%s has spent its budget: it ran for %v, budget.max_wall is %v; raise it in the file and submit that to go on",
			sw.Name, before.Ran.Round(time.Second), seconds(b.MaxWall))
	}
	return nil
}
