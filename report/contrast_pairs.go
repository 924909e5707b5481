package report

import (
	"slices"
	"strconv"
	"strings"

	"sweep/storage"
	"sweep/sweeps"
	"sweep/training"
)

// lattice is an experiment's cells with what varies between them, to be looked
// up by level.
type lattice struct {
	cells   []*cell
	factors []factor
	at      map[string]*cell // by the levels of all factors
}

func newLattice(cells []*cell) lattice {
	l := lattice{cells: cells, factors: factorsOf(cells), at: make(map[string]*cell, len(cells))}
	for _, c := range cells {
		l.at[strings.Join(l.levels(c), "\x00")] = c
	}
	return l
}

// levels are the cell's level of each factor.
func (l lattice) levels(c *cell) []string {
	out := make([]string, len(l.factors))
	for i, f := range l.factors {
		out[i] = f.level(c)
	}
	return out
}

// counterpart finds the cell that equals c but for factor i, nil if there is
// none.
func (l lattice) counterpart(c *cell, i int, level string) *cell {
	levels := l.levels(c)
	levels[i] = level
	return l.at[strings.Join(levels, "\x00")]
}

// others spells the settings of all factors but one.
func others(factors []factor, but int, c *cell) string {
	var parts []string
	for i, f := range factors {
		if i != but {
			parts = append(parts, f.level(c))
		}
	}
	return strings.Join(parts, " ")
}

// question is what a contrast asks.
type question struct {
	axis, value, against, at string
	planned                  bool
}

// pairing is two cells that differ in one factor.
type pairing struct {
	question
	cell, base *cell
}

func (l lattice) pairing(i int, c, base *cell) pairing {
	f := l.factors[i]
	return pairing{question{f.name(base), f.level(c), f.level(base), others(l.factors, i, base), false}, c, base}
}

// pairings holds each level of each factor against the factor's first, with all
// other factors equal.
func (l lattice) pairings() []pairing {
	var out []pairing
	for i, f := range l.factors {
		for _, base := range l.cells {
			if f.level(base) != f.levels[0] {
				continue
			}
			for _, level := range f.levels[1:] {
				if c := l.counterpart(base, i, level); c != nil && !oneComputation(c, base) {
					out = append(out, l.pairing(i, c, base))
				}
			}
		}
	}
	return out
}

// oneComputation tells cells that canonical parameters make the same trials,
// such as k=1 with rollback carry and restore: there is nothing to compare.
func oneComputation(a, b *cell) bool {
	return slices.EqualFunc(a.trials, b.trials, func(x, y storage.Final) bool { return x.ID == y.ID })
}

// planned are the pairings of the planned contrasts, in their order, then all
// others; and the planned contrasts that no pair of cells answers.
func (l lattice) planned(contrasts []sweeps.Contrast) (out []pairing, unmatched []sweeps.Contrast) {
	type sides struct{ a, b *cell }
	seen := map[sides]bool{}
	for _, k := range contrasts {
		found := l.named(k)
		if len(found) == 0 {
			unmatched = append(unmatched, k)
		}
		for _, p := range found {
			if !seen[sides{p.cell, p.base}] {
				seen[sides{p.cell, p.base}], seen[sides{p.base, p.cell}] = true, true
				out = append(out, p)
			}
		}
	}
	for _, p := range l.pairings() {
		if !seen[sides{p.cell, p.base}] {
			out = append(out, p)
		}
	}
	return out, unmatched
}

// named finds the pairs of cells that one planned contrast is about.
func (l lattice) named(k sweeps.Contrast) (out []pairing) {
	i := slices.IndexFunc(l.factors, func(f factor) bool { return slices.Contains(f.axes(l.cells), k.Axis) })
	if i < 0 {
		return nil
	}
	value, against := k.At.With(k.Axis, k.Value), k.At.With(k.Axis, k.Against)
	for _, c := range l.cells {
		if !c.agrees(value) {
			continue
		}
		for _, level := range l.factors[i].levels {
			if base := l.counterpart(c, i, level); base != nil && base.agrees(against) && !oneComputation(c, base) {
				p := l.pairing(i, c, base)
				p.question.planned = true
				out = append(out, p)
			}
		}
	}
	return out
}

// agrees tells whether the cell has every setting of p. Numbers are compared as
// numbers: a store may spell them another way.
func (c *cell) agrees(p training.Params) bool {
	for _, want := range p {
		at := slices.IndexFunc(c.settings, func(s setting) bool { return s.axis == want.Name })
		if at < 0 || !spells(c.settings[at].value, want.Value) {
			return false
		}
	}
	return true
}

func spells(text string, v training.Value) bool {
	if v.Kind() == training.Int || v.Kind() == training.Float {
		n, err := strconv.ParseFloat(text, 64)
		return err == nil && n == v.Float()
	}
	return text == v.String()
}
