package checkpoint

import (
	"fmt"

	"sweep/training"
)

// Manifest tells what a checkpoint is of.
type Manifest struct {
	Engine   int              `json:"engine"`   // training.EngineVersion
	Trial    string           `json:"trial"`    // the trial hash
	Task     string           `json:"task"`     // the task's name
	Numerics string           `json:"numerics"` // the numerics key
	Step     int64            `json:"step"`     // the state is just after this step
	Diverged string           `json:"diverged"` // the reason, when the trial ended so
	Counters map[string]int64 `json:"counters"`
	Last     []Last           `json:"last"` // the last value of every metric so far
	Tensors  []Digest         `json:"tensors"`
}

// Last is the last value of one metric.
type Last struct {
	Metric string `json:"metric"`
	Value  Number `json:"value"`
}

// Digest is one tensor's description and the sha256 of its bytes, in hex.
type Digest struct {
	Name   string `json:"name"`
	DType  string `json:"dtype"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"`
}

// Check refuses a checkpoint of another trial, engine or arithmetic.
func (m Manifest) Check(cfg training.Config, numerics string) error {
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"engine version", m.Engine, cfg.Engine},
		{"task", m.Task, cfg.Task},
		{"trial", m.Trial, cfg.Hash()},
		{"numerics", m.Numerics, numerics},
	} {
		if c.got != c.want {
			return fmt.Errorf("%w: it is of %s %v, this is %v", training.ErrState, c.what, c.got, c.want)
		}
	}
	if m.Step < 0 || m.Step > cfg.Steps() {
		return fmt.Errorf("%w: it is of step %d, the trial has %d", training.ErrState, m.Step, cfg.Steps())
	}
	return nil
}
