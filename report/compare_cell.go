package report

import (
	"encoding/json"
	"math"

	"sweep/storage"
	"sweep/training"
)

// CellStat is one row of the comparison: N trials enter its summary, Diverged
// of them with the metric's worst value. Trials = N + Failed + NoValue + NotYet.
type CellStat struct {
	Cell   string          `json:"cell"`
	Values json.RawMessage `json:"values"` // axis values, {"k":5}
	Trials int             `json:"trials"`
	Summary
	Reached  *CountStat  `json:"reached,omitempty"` // of a metric that counts things to reach
	Diverged int         `json:"diverged"`          // NaN or infinite: a result
	Failed   int         `json:"failed"`            // failed or cancelled: may be run again
	NoValue  int         `json:"no_value"`          // finished, but never recorded the metric
	NotYet   int         `json:"not_yet"`
	Seeds    []SeedValue `json:"seeds"`
}

// SeedValue is one trial of a cell. Value is what it recorded, nil unless
// finite; Score is what it counts as: Value, or the metric's worst value where
// it diverged, nil where it does not count or that is infinite.
type SeedValue struct {
	Seed    int64    `json:"seed"`
	TrialID string   `json:"trial_id"`
	State   string   `json:"state"`
	Value   *float64 `json:"value"`
	Score   *float64 `json:"score"`
}

func (c *comparer) cellStat(k *cell, s scorer) CellStat {
	out := CellStat{Cell: k.name, Values: k.values, Trials: len(k.trials), Seeds: []SeedValue{}}
	scores := out.enter(k.trials, s)
	out.Summary = Summarize(scores)
	out.MeanInterval, out.IQMInterval = c.boot.Intervals(scores)
	if len(k.trials) > 0 {
		out.Reached = s.reached(scores, k.trials[0])
	}
	return out
}

// enter counts trials by their standing and returns the scores of those that
// count.
func (c *CellStat) enter(trials []storage.Final, s scorer) []float64 {
	var scores []float64
	for _, f := range trials {
		v := SeedValue{Seed: f.Seed, TrialID: f.ID, State: string(f.State)}
		score, standing := s.score(f)
		switch standing {
		case valued:
			v.Value = f.Value
		case diverged:
			c.Diverged++
		case failed:
			c.Failed++
		case valueless:
			c.NoValue++
		case unfinished:
			c.NotYet++
		}
		if standing.counts() {
			scores = append(scores, score)
			v.Score = known(score)
		}
		c.Seeds = append(c.Seeds, v)
	}
	return scores
}

// scorer says what a trial counts as under one metric.
type scorer struct {
	metric training.Metric
	schema training.Schema
	at     At
}

// score is a trial's value, or the worst that its metric knows where it
// diverged (infinite without a bound).
func (s scorer) score(f storage.Final) (float64, standing) {
	st := standingOf(f, s.at)
	switch st {
	case valued:
		return *f.Value, st
	case diverged:
		return s.metric.Worst(s.params(f)), st
	}
	return 0, st
}

// scores are those of a cell's trials that count, in order of their seeds.
func (s scorer) scores(c *cell) []float64 {
	var out []float64
	for _, f := range c.trials {
		if v, st := s.score(f); st.counts() {
			out = append(out, v)
		}
	}
	return out
}

// params are a trial's parameters; without what a metric's bounds ask for where
// they are of another version.
func (s scorer) params(f storage.Final) training.Params {
	p, err := s.schema.DecodeParams(f.Params)
	if err == nil {
		return p
	}
	var raw map[string]any
	if json.Unmarshal(f.Params, &raw) != nil {
		return nil
	}
	for _, known := range s.schema.Params {
		if v, err := known.Kind.Convert(raw[known.Name]); err == nil {
			p = p.With(known.Name, v)
		}
	}
	return p
}

// reached counts the scores at the metric's better bound; nil for a metric that
// counts nothing, or where a bound is unknown.
func (s scorer) reached(scores []float64, f storage.Final) *CountStat {
	if !s.metric.Count || len(scores) == 0 {
		return nil
	}
	best := s.metric.Best(s.params(f))
	if math.IsInf(best, 0) || best == 0 {
		return nil
	}
	hits := 0
	for _, v := range scores {
		if v == best {
			hits++
		}
	}
	return newCount(hits, len(scores), best)
}

// standing is how a trial enters a comparison.
type standing int

const (
	unfinished standing = iota
	valued
	diverged
	failed
	valueless
)

// counts tells whether the trial has a score.
func (s standing) counts() bool { return s == valued || s == diverged }

// standingOf judges a trial. A finished trial whose value is not finite counts
// as diverged: it has no number to average and must not look better than one
// that has. What was asked of a step that lies behind a trial is settled,
// whatever became of it later.
func standingOf(f storage.Final, at At) standing {
	asked := at.step(f)
	switch {
	case f.State == storage.Finished, f.State == storage.Diverged && f.Step > asked, !f.State.Settled() && f.Step >= asked:
	case f.State == storage.Diverged:
		return diverged
	case f.Step >= asked: // failed or cancelled after it
	case f.State == storage.Failed, f.State == storage.Cancelled:
		return failed
	default:
		return unfinished
	}
	switch {
	case f.Value == nil:
		return valueless
	case !finite(*f.Value):
		return diverged
	}
	return valued
}
