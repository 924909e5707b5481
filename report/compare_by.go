package report

import (
	"encoding/json"
	"slices"

	"sweep/storage"
)

// pool compares the levels of one axis over all others. A level's summary is
// over all its trials, resampled within each combination of the other axes
// (rliable's stratified bootstrap). A contrast is over seeds: the mean of a
// seed's trials over the combinations that both levels have, since one seed's
// trials are not independent.
func (c *comparer) pool(out *ExperimentComparison, e storage.Experiment, s scorer, l lattice) error {
	if !slices.Contains(e.Axes, c.options.By) {
		return &UnknownError{Kind: "axis", Name: c.options.By, Of: "experiment " + e.Name, Known: e.Axes}
	}
	if len(l.cells) == 0 {
		return nil
	}
	i := slices.IndexFunc(l.factors, func(f factor) bool { return slices.Contains(f.axes(l.cells), c.options.By) })
	if i < 0 {
		return &UnknownError{Kind: "second value of axis", Name: c.options.By, Of: "experiment " + e.Name, Known: varying(l)}
	}
	f := l.factors[i]
	for _, level := range f.levels {
		out.Cells = append(out.Cells, c.level(f, level, s, l))
	}
	for _, level := range f.levels[1:] {
		q := question{axis: c.options.By, value: level, against: f.levels[0]}
		pairs := levelPairs(s, l, i, level)
		var a, b []float64
		for _, p := range pairs {
			if p.comparable {
				a, b = append(a, p.value), append(b, p.against)
			}
		}
		out.Contrasts = append(out.Contrasts, c.contrast(s, q, pairs, a, b))
	}
	judge(*out, s.metric)
	return nil
}

// varying names the axes that have several values.
func varying(l lattice) []string {
	var names []string
	for _, f := range l.factors {
		names = append(names, f.axes(l.cells)...)
	}
	return names
}

// level is the row of one level, over all its cells.
func (c *comparer) level(f factor, level string, s scorer, l lattice) CellStat {
	out := CellStat{Cell: level, Seeds: []SeedValue{}}
	var strata [][]float64
	var all []float64
	for _, k := range l.cells {
		if f.level(k) != level {
			continue
		}
		if out.Values == nil {
			out.Values = f.values(k)
		}
		out.Trials += len(k.trials)
		scores := out.enter(k.trials, s)
		strata, all = append(strata, scores), append(all, scores...)
		out.Reached = out.Reached.plus(s.reached(scores, k.trials[0]))
	}
	out.Summary = Summarize(all)
	out.MeanInterval, out.IQMInterval = c.boot.Stratified(strata)
	return out
}

// values are the factor's own axis values in a cell, as JSON.
func (f factor) values(c *cell) json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(c.values, &all) != nil {
		return nil
	}
	own := map[string]json.RawMessage{}
	for _, a := range f.axes([]*cell{c}) {
		own[a] = all[a]
	}
	data, err := json.Marshal(own)
	if err != nil {
		return nil
	}
	return data
}

// levelPairs averages each seed over the combinations that have both levels; a
// seed that lacks one of them is not comparable.
func levelPairs(s scorer, l lattice, i int, level string) []pair {
	bySeed := map[int64]*pair{}
	var order []int64
	combinations := 0
	counted := map[int64]int{}
	for _, base := range l.cells {
		c := l.counterpart(base, i, level)
		if l.factors[i].level(base) != l.factors[i].levels[0] || c == nil {
			continue
		}
		combinations++
		for _, p := range cellPairs(s, c, base) {
			sum := bySeed[p.seed]
			if sum == nil {
				sum = &pair{seed: p.seed}
				bySeed[p.seed] = sum
				order = append(order, p.seed)
			}
			sum.diverged = sum.diverged || p.diverged
			if p.comparable {
				counted[p.seed]++
				sum.value, sum.against = sum.value+p.value, sum.against+p.against
			}
		}
	}
	slices.Sort(order)
	out := make([]pair, len(order))
	for j, seed := range order {
		out[j] = *bySeed[seed]
		out[j].comparable = counted[seed] == combinations
		out[j].value /= float64(combinations)
		out[j].against /= float64(combinations)
	}
	return out
}

// plus adds counts up over cells; Of is 0 where cells differ in it.
func (r *CountStat) plus(more *CountStat) *CountStat {
	switch {
	case r == nil:
		return more
	case more == nil:
		return r
	}
	sum := newCount(r.X+more.X, r.N+more.N, r.Of)
	if r.Of != more.Of {
		sum.Of = 0
	}
	return sum
}
