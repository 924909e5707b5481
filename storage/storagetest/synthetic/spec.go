package synthetic

import (
	"encoding/json"
	"fmt"
	"iter"

	"sweep/storage"
	"sweep/training"
)

// Names of what Fill makes.
const (
	Sweep      = "synthetic"
	Experiment = "ring"
	Metric     = "modes_strict" // the experiment's metric
)

// SeedsPerCell is how many trials a full cell has; their seeds are 1, 2, ….
const SeedsPerCell = 10

// Spec says how large the sweep is. The zero values stand for 100 trials, 10
// metrics and 1000 steps: a hundredth of the full set of 100 million points.
type Spec struct {
	Trials  int   // cells of SeedsPerCell seeds
	Metrics int   // recorded at every step of every trial, 1 to 100
	Steps   int64 // steps 1 … Steps of every trial
	Writers int   // trials written at the same time; 0 is 2
}

func (s Spec) filled() Spec {
	if s.Trials <= 0 {
		s.Trials = 100
	}
	if s.Metrics <= 0 {
		s.Metrics = 10
	}
	if s.Steps <= 0 {
		s.Steps = 1000
	}
	if s.Writers <= 0 {
		s.Writers = 2
	}
	return s
}

// Points is how many points readers see when every trial runs to its end;
// trials that fail or diverge leave some of them out.
func (s Spec) Points() int64 {
	s = s.filled()
	return int64(s.Trials) * int64(s.Metrics) * s.Steps
}

// known are the metrics that a ring trial has a definition for.
var known = []string{Metric, "d_loss", "d_real", "d_fake", "g_loss", "modes_loose", "high_quality", "reverse_kl"}

// MetricNames lists the metrics, the experiment's own first.
func (s Spec) MetricNames() []string {
	s = s.filled()
	out := make([]string, s.Metrics)
	for i := range out {
		if out[i] = fmt.Sprintf("extra_%02d", i); i < len(known) {
			out[i] = known[i]
		}
	}
	return out
}

// Fate is how a trial ends.
type Fate string

// The fates, by the trial's index: of 100 trials one fails and two diverge;
// nine of the others are interrupted once.
const (
	Finishes    Fate = "finishes"
	Diverges    Fate = "diverges"    // after half of its steps, with a last value of NaN in every metric
	Fails       Fate = "fails"       // after half of its steps
	Interrupted Fate = "interrupted" // claimed again after half of its steps; a tenth more are rolled back; finishes
)

// FateOf tells how trial i (from 0, the plan's order) ends.
func FateOf(i int) Fate {
	switch {
	case i%100 == 57:
		return Fails
	case i%50 == 23:
		return Diverges
	case i%10 == 3:
		return Interrupted
	}
	return Finishes
}

// axes of the grid, the fastest first.
var (
	ks    = []int64{0, 1, 2, 5, 10}
	zDims = []int64{2, 16, 64, 256}
)

// Trial is what a trial of the sweep is made of.
type Trial struct {
	Index int
	K     int64
	ZDim  int64
	LR    float64 // d_lr
	Seed  int64
}

// TrialOf describes trial i.
func TrialOf(i int) Trial {
	cell := i / SeedsPerCell
	group := cell / (len(ks) * len(zDims))
	return Trial{Index: i, K: ks[cell%len(ks)], ZDim: zDims[cell/len(ks)%len(zDims)],
		LR: float64(group+1) / 8192, Seed: int64(i%SeedsPerCell + 1)}
}

// Cell spells the trial's cell.
func (t Trial) Cell() string { return fmt.Sprintf("k=%d z_dim=%d d_lr=%g", t.K, t.ZDim, t.LR) }

// row is the trial's line of the plan.
func (t Trial) row(s Spec) (storage.PlanRow, error) {
	c, err := training.NewConfig("gaussians", training.Params{
		{Name: "d_lr", Value: training.FloatValue(t.LR)},
		{Name: "k", Value: training.IntValue(t.K)},
		{Name: "steps", Value: training.IntValue(s.Steps)},
		{Name: "z_dim", Value: training.IntValue(t.ZDim)},
	}, t.Seed)
	if err != nil {
		return storage.PlanRow{}, fmt.Errorf("trial %d: %w", t.Index, err)
	}
	c.Engine = 1 // whatever trains now: a kept database keeps its hashes
	config, err := json.Marshal(c)
	if err != nil {
		return storage.PlanRow{}, err
	}
	params, err := json.Marshal(c.Params)
	return storage.PlanRow{Index: t.Index, Experiment: Experiment, Hash: c.Hash(), Config: config, Task: c.Task, Seed: t.Seed,
		Cell: t.Cell(), CellValues: fmt.Appendf(nil, `{"k":%d,"z_dim":%d,"d_lr":%g}`, t.K, t.ZDim, t.LR),
		Params: params, Steps: s.Steps, Queue: "train-cpu"}, err
}

// Hash is trial i's identity.
func (s Spec) Hash(i int) (string, error) {
	r, err := TrialOf(i).row(s.filled())
	return r.Hash, err
}

// rows are the plan.
func (s Spec) rows() iter.Seq2[storage.PlanRow, error] {
	return func(yield func(storage.PlanRow, error) bool) {
		for i := range s.Trials {
			r, err := TrialOf(i).row(s)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
