package storage

import (
	"encoding/json"
	"time"
)

// SweepState is what the user asked of a sweep, and whether it is done.
type SweepState string

// The states of a sweep.
const (
	SweepRunning   SweepState = "running"
	SweepPaused    SweepState = "paused"
	SweepCancelled SweepState = "cancelled"
	SweepDone      SweepState = "done"
)

// Sweep is one submitted file.
type Sweep struct {
	Name      string
	File      string // the path it was submitted from, for messages
	Text      []byte // the file, verbatim
	Only      []string
	Prune     bool              // forget cells that the file no longer names
	Data      map[string]string // digests of the data sets that its tasks need, by name
	Revision  int64
	State     SweepState
	Submitted time.Time
	Ran       time.Duration // how long it has been running over all submissions, pauses left out
}

// Experiment is what readers must know of an experiment.
type Experiment struct {
	Sweep    string
	Name     string
	Task     string
	Position int
	Metric   string
	Goal     string // training.Goal
	Axes     []string
}

// PlanRow is one trial of a sweep, as planned.
type PlanRow struct {
	Index      int // position in the experiment's expansion
	Experiment string
	Hash       string
	Config     []byte          // canonical JSON of training.Config
	Task       string          // for search attributes and views
	Seed       int64           //
	Cell       string          // "k=5 z_dim=256", axis order
	CellValues json.RawMessage // {"k":5,"z_dim":256}
	Params     json.RawMessage // all parameters of the trial
	Steps      int64           // outer iterations
	Queue      string          // task queue that trains it
}

// PlanCounts says what planning found.
type PlanCounts struct {
	Trials   int // rows of the plan that are wanted
	New      int // trials that no sweep had named before
	Reused   int // trials with an outcome already
	Shared   int // trials in flight for another sweep
	Rerun    int // failed or cancelled trials put back
	Unlinked int // cells that the file no longer names (left alone, or pruned)
}

// Dispatch is a trial handed to a sweep to be started.
type Dispatch struct {
	Hash       string
	Experiment string
	Task       string
	Cell       string
	Seed       int64
	Queue      string
	K          int64 // -1 when the task has no such parameter
	ZDim       int64 // "
	Labels     int64 // "
	Params     []string
	InfraMax   int // retries after infrastructure failures without a commit between
	// Group is the workflow that the trial was handed to; trials of one pack have
	// the same.
	Group  string          `json:",omitempty"`
	Values json.RawMessage `json:"-"` // all parameters, as planned
}

// Counts are a sweep's wanted trials by state.
type Counts struct {
	Pending, Dispatched, Running, Finished, Diverged, Failed, Cancelled int
}

// Total adds the states up.
func (c Counts) Total() int {
	return c.Pending + c.Dispatched + c.Running + c.Finished + c.Diverged + c.Failed + c.Cancelled
}

// Settled counts the trials that stay as they are by themselves.
func (c Counts) Settled() int { return c.Finished + c.Diverged + c.Failed + c.Cancelled }

// Stray is a trial that is said to be in flight but has no live lease.
type Stray struct {
	Hash       string
	WorkflowID string
}

// Worker is a process that trains.
type Worker struct {
	Name     string // host/pid, unique among live workers
	Queue    string
	Slots    int
	Numerics string
	Version  string
	Webhooks []string // names it can deliver notifications to; nil: it delivers none
}
