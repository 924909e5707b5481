package main

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"sweep/report"
	"sweep/storage"
)

// The JSON forms of what the reading commands print. Fields are stable.

// countsView are trials by state.
type countsView struct {
	Trials     int `json:"trials"`
	Pending    int `json:"pending"`
	Dispatched int `json:"dispatched"`
	Running    int `json:"running"`
	Finished   int `json:"finished"`
	Diverged   int `json:"diverged"`
	Failed     int `json:"failed"`
	Cancelled  int `json:"cancelled"`
}

func newCounts(c storage.Counts) countsView {
	return countsView{c.Total(), c.Pending, c.Dispatched, c.Running, c.Finished, c.Diverged, c.Failed, c.Cancelled}
}

// sweepView is a sweep's progress.
type sweepView struct {
	Sweep     string             `json:"sweep"`
	State     storage.SweepState `json:"state"`
	File      string             `json:"file"`
	Revision  int64              `json:"revision"`
	Submitted time.Time          `json:"submitted"`
	countsView
	StepsDone        int64            `json:"steps_done"`
	StepsTotal       int64            `json:"steps_total"`
	Attempts         int64            `json:"attempts"`
	RolledBack       int64            `json:"points_rolled_back"`
	Nondeterministic int              `json:"nondeterministic"`
	Slots            int              `json:"slots"`            // of live workers
	Budget           *budgetView      `json:"budget,omitempty"` // of wall time
	Experiments      []experimentView `json:"experiments"`
}

// experimentView is one experiment's progress.
type experimentView struct {
	Experiment string `json:"experiment"`
	Task       string `json:"task"`
	Metric     string `json:"metric"`
	Goal       string `json:"goal"`
	countsView
	StepsDone  int64    `json:"steps_done"`
	StepsTotal int64    `json:"steps_total"`
	Last       *float64 `json:"last"` // mean of the metric's last values
}

func newSweepView(p storage.SweepProgress) sweepView {
	counts, done, total := sums(p)
	v := sweepView{Sweep: p.Name, State: p.State, File: p.File, Revision: p.Revision, Submitted: p.Submitted, countsView: newCounts(counts),
		StepsDone: done, StepsTotal: total, Attempts: p.Attempts, RolledBack: p.RolledBack, Nondeterministic: p.Nondeterministic,
		Slots: p.Slots, Budget: budget(p.Sweep), Experiments: []experimentView{}}
	for _, e := range p.Experiments {
		v.Experiments = append(v.Experiments, experimentView{e.Name, e.Task, e.Metric, e.Goal, newCounts(e.Counts), e.StepsDone, e.StepsTotal, finiteOrNil(e.Last)})
	}
	return v
}

// sums adds the experiments up.
func sums(p storage.SweepProgress) (c storage.Counts, stepsDone, stepsTotal int64) {
	for _, e := range p.Experiments {
		c.Pending += e.Pending
		c.Dispatched += e.Dispatched
		c.Running += e.Running
		c.Finished += e.Finished
		c.Diverged += e.Diverged
		c.Failed += e.Failed
		c.Cancelled += e.Cancelled
		stepsDone += e.StepsDone
		stepsTotal += e.StepsTotal
	}
	return c, stepsDone, stepsTotal
}

// finiteOrNil leaves out what JSON cannot say.
func finiteOrNil(v *float64) *float64 {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return nil
	}
	return v
}

// trialView is one trial.
type trialView struct {
	TrialID          string             `json:"trial_id"`
	Sweep            string             `json:"sweep"`
	Index            int                `json:"index"`
	Experiment       string             `json:"experiment"`
	Task             string             `json:"task"`
	Cell             string             `json:"cell"`
	CellValues       json.RawMessage    `json:"cell_values"`
	Seed             int64              `json:"seed"`
	Params           json.RawMessage    `json:"params"`
	State            storage.TrialState `json:"state"`
	Step             int64              `json:"step"` // -1 before the first commit
	Steps            int64              `json:"steps"`
	Attempts         int64              `json:"attempts"`
	Numerics         string             `json:"numerics"`
	Nondeterministic bool               `json:"nondeterministic"`
	Reason           string             `json:"reason"`
	Updated          time.Time          `json:"updated"`
}

func newTrialView(t storage.Trial) trialView {
	return trialView{t.ID, t.Sweep, t.Index, t.Experiment, t.Task, t.Cell, t.CellValues, t.Seed, t.Params, t.State, t.Step, t.Steps,
		t.Attempts, t.Numerics, t.Nondeterministic, t.Reason, t.Updated}
}

// attemptView is one attempt.
type attemptView struct {
	TrialID    string     `json:"trial_id"`
	Fence      int64      `json:"fence"`
	Worker     string     `json:"worker"`
	Started    time.Time  `json:"started"`
	Ended      *time.Time `json:"ended"`
	FromStep   int64      `json:"from_step"` // -1 for the beginning
	LastStep   int64      `json:"last_step"`
	RolledBack int64      `json:"points_rolled_back"`
	Outcome    string     `json:"outcome"`
	Reason     string     `json:"reason"`
}

func newAttemptView(a storage.Attempt) attemptView {
	return attemptView{a.TrialID, a.Fence, a.Worker, a.Started, a.Ended, a.FromStep, a.LastStep, a.RolledBack, a.Outcome, a.Reason}
}

// percent spells a share of steps; "–" where there are none.
func percent(done, total int64) string {
	if total <= 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", 100*done/total)
}

// optional spells a value that may be missing.
func optional(v *float64) string {
	if v == nil {
		return "–"
	}
	return report.Number(*v)
}

// moment spells a time in the reader's zone.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}
