package sweeps

import (
	"slices"

	"sweep/training"
)

// maxExcludedRows bounds a product that exclude must be asked about row by row.
const maxExcludedRows = 100_000

// excludes reads the partial rows that are left out. One that matches no row
// is a mistake, and so is leaving out everything.
func (a *axes) excludes(n *node, e *Experiment) []training.Params {
	if !a.is(n, list) {
		return nil
	}
	if len(n.items) > maxExcludes {
		a.at(n, "holds %d entries, at most %d are allowed", len(n.items), maxExcludes)
		return nil
	}
	before, all := a.mistakes, factors(e)
	var out []training.Params
	for _, item := range n.items {
		if p := a.exclude(item, all); len(p) > 0 {
			out = append(out, p)
		}
	}
	rows := product(all)
	switch {
	case a.mistakes > before || len(out) == 0:
	case rows > maxExcludedRows:
		a.at(n, "the product has %s rows, exclude works on at most %d", many(rows), maxExcludedRows)
	case newGrid(all, out).count() == 0:
		a.at(n, "leaves no cell to run")
	}
	return out
}

// exclude reads one entry; it is nil when the entry holds a mistake.
func (a *axes) exclude(n *node, all []factor) training.Params {
	if !a.is(n, mapping) {
		return nil
	}
	if len(n.items) == 0 {
		a.at(n, "is empty, it would leave out every cell")
	}
	var out training.Params
	for _, f := range n.items {
		v, ok := a.excluded(f, all)
		if !ok {
			return nil
		}
		out = out.With(f.key, v)
	}
	for _, fa := range all {
		if !slices.ContainsFunc(fa.rows, func(row []training.Value) bool { return fa.matches(row, out) }) {
			a.at(n, "matches no cell")
			return nil
		}
	}
	return out
}

// excluded reads one setting of an entry: an axis and one of its values.
func (a *axes) excluded(f *node, all []factor) (training.Value, bool) {
	if !a.isAxisKey(f, all) {
		return training.Value{}, false
	}
	return a.level(f.key, f, all)
}
