package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/sweeps"
)

// The levels of the budget that are told of, in per cent.
const (
	almost = 80
	spent  = 100
)

// ran is how long the sweep has been running. Postgres knows, over all
// submissions and without pauses; histories of older versions count from the
// workflow's start.
func (s *sweepRun) ran(ctx workflow.Context) time.Duration {
	if s.page.Ran != nil {
		return *s.page.Ran
	}
	return workflow.Now(ctx).Sub(s.in.Started)
}

// level is the highest level of the budget that has been reached, 0 for none.
func (s *sweepRun) level(ctx workflow.Context) int {
	wall, ran := s.page.MaxWall, s.ran(ctx)
	switch {
	case wall <= 0:
		return 0
	case ran >= wall:
		return spent
	case ran >= part(wall, almost):
		return almost
	}
	return 0
}

func part(d time.Duration, percent int64) time.Duration { return d / 100 * time.Duration(percent) }

// keepBudget cancels what is left when the sweep has had its wall time; what
// ran keeps its checkpoints, and submitting again with more goes on from them.
func (s *sweepRun) keepBudget(ctx workflow.Context) error {
	if s.level(ctx) < spent {
		return nil
	}
	workflow.GetLogger(ctx).Warn("the sweep has used up budget.max_wall: cancelling what is left", "Sweep", s.in.Sweep)
	if err := s.set(ctx, activities.SweepCancelled); err != nil {
		return err
	}
	s.tellBudget(ctx, spent)
	return nil
}

// tellBudget tells once of each level.
func (s *sweepRun) tellBudget(ctx workflow.Context, level int) {
	if s.page.Standing == nil || s.told.Budget >= level {
		return
	}
	s.told.Budget = level
	c, wall := s.page.Counts, s.page.MaxWall
	left := trials(c.Total() - c.Settled())
	reason := fmt.Sprintf("%d %% of budget.max_wall (%s) is used, %s left", level, wall, left)
	if level == spent {
		reason = fmt.Sprintf("budget.max_wall (%s) is spent, %s left: raise it and submit %s again to go on", wall, left, s.in.Sweep)
	}
	s.send(ctx, sweeps.Spent, "", reason)
}

// untilLevel is how long a running sweep may sleep before its budget must be
// looked at, at most limit. Histories of older versions sleep as they did.
func (s *sweepRun) untilLevel(limit time.Duration) time.Duration {
	if s.page.Ran == nil || s.page.MaxWall <= 0 || s.page.State != activities.SweepRunning {
		return limit
	}
	next := part(s.page.MaxWall, almost)
	if *s.page.Ran >= next {
		next = s.page.MaxWall
	}
	return min(limit, max(next-*s.page.Ran, time.Second))
}
