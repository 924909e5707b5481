package sweeps

import (
	"time"

	"sweep/training"
)

// Version is the version of the file format that Parse reads.
const Version = 1

// Spec is one experiment file, checked and typed, with the defaults of the
// file and of the format filled in.
type Spec struct {
	Version     int
	Name        string // [a-z0-9][a-z0-9-]{0,62}
	Description string // at most 4096 bytes, may hold line breaks
	Experiments []Experiment
	Budget      Budget
	Notify      Notify
	Labels      []Label // of the whole sweep, sorted by name

	file     string
	budgetAt *node // where a plan over the budget is reported
}

// Budget bounds a sweep. It never touches a trial's identity.
type Budget struct {
	MaxTrials     int           // 1 to 1,000,000; 10,000 where the file says nothing
	MaxConcurrent int           // 1 to 10,000 trials at once; 0 leaves it to the workers
	MaxWall       time.Duration // 1 s to a year; 0 sets no bound
}

// Label is a free pair for the user's own bookkeeping.
type Label struct{ Name, Value string }

// Experiment is one task with its fixed parameters and its axes.
//
// Its rows are the product of Axes and Zips, without those that Exclude
// names; every row is run with every seed.
type Experiment struct {
	Name string // [a-z0-9][a-z0-9-]{0,62}, unique in the file
	Task string

	// Missing marks a task that this version knows by name only: the structure
	// is checked, the parameters are typed by their looks, and Count and Expand
	// refuse the experiment.
	Missing bool

	Metric     Metric
	Fixed      training.Params // as the file gives them, without the task's defaults
	Axes       []Axis          // `matrix`, in file order
	Zips       []Zip           // `zip`, in file order
	Exclude    []training.Params
	Contrasts  []Contrast // planned comparisons, in file order, at most 16
	Seeds      []int64    // at least one, no two equal, each 0 to 2^63-1
	Checkpoint Checkpoint
	Retry      Retry
	Resources  Resources
	Labels     []Label // sorted by name

	taskAt *node
}

// Axis is one parameter that varies, with its values in file order.
type Axis struct {
	Name   string
	Values []training.Value // at least one, no two equal
}

// Zip is a named group of parameters that vary together: row i takes the i-th
// value of each axis.
type Zip struct {
	Name string
	Axes []Axis // all of one length
}

// Metric is what the experiment is judged by.
type Metric struct {
	Name     string        // one of the task's; the task's first where the file says nothing
	Goal     training.Goal // the task's own where the file says nothing; "" for a missing task
	PairedBy string        // "seed"
}

// Checkpoint says when state is saved and how much of it is kept.
type Checkpoint struct {
	Every training.Cadence // at least one of the two is positive; 60 s where the file says nothing
	Keep  Keep
}

// Keep is the number of checkpoints that retention leaves of a trial.
type Keep struct {
	Last int // the newest, 1 to 1000; 2 where the file says nothing
	Best int // the best by the experiment's metric, 0 to 1000; 1 where the file says nothing
}

// Retry bounds how often a trial is tried again, by the class of its failure.
// Errors of configuration are never retried; divergence is a result.
type Retry struct {
	InfraMax int // since the last committed checkpoint, 0 to 1000; 10 where the file says nothing
	OOMMax   int // 0 to 100; 2 where the file says nothing
}
