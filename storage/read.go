package storage

import (
	"encoding/json"
	"time"
)

// ExperimentProgress is an experiment's line in status and watch.
type ExperimentProgress struct {
	Experiment
	Counts
	StepsDone  int64 // over all wanted trials
	StepsTotal int64
	Last       *float64 // mean of the metric's last values over the trials that have one
}

// SweepProgress is a sweep's state at one moment.
type SweepProgress struct {
	Sweep
	Experiments      []ExperimentProgress
	RolledBack       int64 // points ever rolled back
	Attempts         int64
	Nondeterministic int // trials whose replay differed
	Slots            int // training slots of live workers
	At               time.Time
}

// Trial is one row of the view trials.
type Trial struct {
	ID               string // trial hash
	Sweep            string
	Index            int
	Experiment       string
	Task             string
	Cell             string
	CellValues       json.RawMessage
	Seed             int64
	Params           json.RawMessage
	State            TrialState
	Step             int64
	Steps            int64
	Attempts         int64
	Numerics         string
	Nondeterministic bool
	Reason           string
	Updated          time.Time
}

// Final is a trial's last value of one metric; Value is nil when it has none.
type Final struct {
	Trial
	Metric    string
	ValueStep int64
	Value     *float64
}

// Attempt is one row of the view attempts.
type Attempt struct {
	TrialID    string
	Fence      int64
	Worker     string
	WorkflowID string
	Started    time.Time
	Ended      *time.Time
	LastSeen   time.Time
	FromStep   int64
	LastStep   int64
	RolledBack int64 // points this attempt's start rolled back
	Outcome    string
	Reason     string
	Numerics   string // numerics key
	Program
	Engine     int64    // engine version of the trial, 0 for unknown
	DataDigest string   // of the trial's data files, "" for generated data
	CPUSeconds *float64 // processor time of the training thread; nil: not measured
}

// TrialArtifact is an artifact with the trial it belongs to.
type TrialArtifact struct {
	Artifact
	TrialID    string
	Experiment string
	Cell       string
	CellValues json.RawMessage
	Seed       int64
}

// Series is one metric of one trial, in ascending step order.
type Series struct {
	TrialID string
	Metric  string
	Steps   []int64
	Values  []float64
}

// Table is the result of a reader's SQL statement.
type Table struct {
	Columns   []string
	Rows      [][]any
	Truncated bool // the row limit cut the result
}
