package storage

import "time"

// What the live page reads (report/web): a page of a list at a time, never a
// whole sweep of points.

// SweepLine is a sweep on the list of all.
type SweepLine struct {
	Name      string
	File      string
	State     SweepState
	Submitted time.Time
	Counts
	StepsDone  int64
	StepsTotal int64
	Rate       float64 // outer steps per second of the attempts that are open now
}

// SweepMark is the last sweep of a page; the next page goes on after it. The
// zero mark is the beginning.
type SweepMark struct {
	Submitted time.Time
	Name      string
}

// ExperimentLine is an experiment of a sweep with what it has cost.
type ExperimentLine struct {
	Experiment
	Counts
	StepsDone    int64
	StepsTotal   int64
	Rate         float64 // outer steps per second of the attempts that are open now
	Attempts     int64
	Seconds      float64 // during which workers held its trials, all attempts
	CPUSeconds   float64 // of processors, where attempts measured it
	StepsTrained int64   // those done twice included
	RolledBack   int64   // points
}

// CellLine is a cell of an experiment with its trials by state.
type CellLine struct {
	Cell string
	Counts
}

// TrialSort is an order of a list of trials.
type TrialSort string

// The orders. Equal trials are in plan order.
const (
	ByPlan    TrialSort = "plan"
	BySeed    TrialSort = "seed"
	ByStep    TrialSort = "step"
	ByUpdated TrialSort = "updated"
	ByValue   TrialSort = "value" // trials without a finite value come last
)

// TrialQuery asks for one page of an experiment's trials.
type TrialQuery struct {
	Sweep      string
	Experiment string
	State      TrialState // "" for all
	Cell       string     // "" for all
	Sort       TrialSort  // "" is ByPlan
	Descending bool
	After      *TrialMark // nil for the first page
	Limit      int        // 1 to 200
	Metric     string     // whose last value is wanted
}

// TrialMark is the place of a trial in a list: its sort key, then what makes
// it unique.
type TrialMark struct {
	Key   string `json:"k"`
	Index int64  `json:"i"`
	ID    string `json:"t"`
	Cell  string `json:"c"`
}

// TrialLine is one row of a list of trials.
type TrialLine struct {
	TrialMark
	Seed             int64
	State            TrialState
	Step             int64
	Steps            int64
	Attempts         int64
	Nondeterministic bool
	Reason           string
	Updated          time.Time
	Value            *float64 // the metric's last value, nil for none
}

// Curve is one metric of one trial, thinned: the last point is always there,
// and trials of one call are thinned at the same steps.
type Curve struct {
	Series
	Cell string
	Seed int64
}

// CurveQuery chooses curves: of an experiment's cells, or of one trial.
type CurveQuery struct {
	Sweep      string
	Experiment string
	Cells      []string
	Trial      string // a trial's hash: the fields above are then not read
	Metric     string
	Trials     int // at most; cells take turns
	Points     int // of each curve, about
}

// LastValue is the last point of one metric.
type LastValue struct {
	Metric string
	Step   int64
	Value  float64
}
