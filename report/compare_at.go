package report

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"sweep/storage"
	"sweep/training"
)

// At says which value of each trial is compared. The zero At is the last.
type At struct {
	kind atKind
	n    int64 // step or epoch
}

type atKind int

const (
	atLast atKind = iota
	atBest
	atStep
	atEpoch
)

// stepsPerEpoch holds for tasks without the parameter eval_every (design.md §5).
const stepsPerEpoch = 500

// ParseAt reads "last", "best", a step such as "5000", or "epoch 10".
func ParseAt(text string) (At, error) {
	word := strings.ToLower(strings.TrimSpace(text))
	switch word {
	case "", "last":
		return At{}, nil
	case "best":
		return At{kind: atBest}, nil
	}
	at := At{kind: atStep}
	if rest, ok := strings.CutPrefix(word, "epoch"); ok {
		at.kind, word = atEpoch, rest
	} else {
		word = strings.TrimPrefix(word, "step")
	}
	n, err := strconv.ParseInt(strings.TrimLeft(word, " :="), 10, 64)
	if err != nil || n < 0 || n > 1e9 {
		return At{}, fmt.Errorf("%q is no moment of a trial: expected last, best, a step such as 5000, or \"epoch 10\"", text)
	}
	at.n = n
	return at, nil
}

// String spells the moment as ParseAt reads it.
func (a At) String() string {
	switch a.kind {
	case atBest:
		return "best"
	case atStep:
		return fmt.Sprintf("step %d", a.n)
	case atEpoch:
		return fmt.Sprintf("epoch %d", a.n)
	}
	return "last"
}

// note says what the moment means for the reader.
func (a At) note() string {
	switch a.kind {
	case atBest:
		return " Values are each trial's best over time, which flatters arms that vary: a choice made in hindsight."
	case atStep, atEpoch:
		return fmt.Sprintf(" Values are those at %s, or at the last step before it that has one; a trial that diverged later counts with its value then.", a)
	}
	return ""
}

// read takes every trial's value from the store.
func (a At) read(ctx context.Context, src Finals, sweep, experiment string, m training.Metric) ([]storage.Final, error) {
	switch a.kind {
	case atBest:
		return src.FinalsBest(ctx, sweep, experiment, m.Name, m.Goal != training.Minimize)
	case atStep:
		return src.FinalsAt(ctx, sweep, experiment, m.Name, a.n)
	case atEpoch:
		return a.readEpoch(ctx, src, sweep, experiment, m)
	}
	return src.Finals(ctx, sweep, experiment, m.Name)
}

// readEpoch reads one step for each length of an epoch that the trials have.
func (a At) readEpoch(ctx context.Context, src Finals, sweep, experiment string, m training.Metric) ([]storage.Final, error) {
	out, err := src.Finals(ctx, sweep, experiment, m.Name)
	if err != nil {
		return nil, err
	}
	type place struct {
		index int
		cell  string
	}
	steps := map[int64]map[place]storage.Final{}
	for i, f := range out {
		step := a.step(f)
		if steps[step] == nil {
			then, err := src.FinalsAt(ctx, sweep, experiment, m.Name, step)
			if err != nil {
				return nil, err
			}
			steps[step] = map[place]storage.Final{}
			for _, t := range then {
				steps[step][place{t.Index, t.Cell}] = t
			}
		}
		if then, ok := steps[step][place{f.Index, f.Cell}]; ok { // a plan may change in between
			out[i] = then
		}
	}
	return out, nil
}

// step is the step of a trial that is asked for; past all steps where it is the
// last or the best.
func (a At) step(f storage.Final) int64 {
	switch a.kind {
	case atStep:
		return a.n
	case atEpoch:
		var p struct {
			EvalEvery *float64 `json:"eval_every"`
		}
		if json.Unmarshal(f.Params, &p) == nil && p.EvalEvery != nil && *p.EvalEvery >= 1 && *p.EvalEvery <= 1e9 {
			return a.n * int64(*p.EvalEvery)
		}
		return a.n * stepsPerEpoch
	}
	return math.MaxInt64
}
