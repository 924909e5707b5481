package sweeps

import (
	"fmt"
	"slices"

	"sweep/training"
)

// What one experiment may plan. Contrasts are looked up among the cells only
// where that is cheap.
const (
	maxContrasts     = 16
	maxContrastCells = 1000
)

// Contrast is a comparison that the file names before anything runs: one value
// of an axis against another, wherever the other axes agree. It never touches a
// trial's identity.
type Contrast struct {
	Axis           string
	Value, Against training.Value  // two values of the axis
	At             training.Params // axes held at one value; the others vary
}

// String spells the contrast as "k=5 against k=1 at z_dim=256".
func (c Contrast) String() string {
	s := fmt.Sprintf("%s=%s against %s=%s", c.Axis, c.Value, c.Axis, c.Against)
	if len(c.At) > 0 {
		s += " at " + c.At.String()
	}
	return s
}

// contrasts reads the planned comparisons of an experiment with sound axes.
func (a *axes) contrasts(n *node, e *Experiment) []Contrast {
	if !a.is(n, list) {
		return nil
	}
	if len(n.items) > maxContrasts {
		a.at(n, "holds %d entries, at most %d are allowed: plan few contrasts, each one weakens the others", len(n.items), maxContrasts)
		return nil
	}
	all := factors(e)
	var out []Contrast
	seen := map[string]int{}
	for _, item := range n.items {
		c, ok := a.contrast(item, all)
		if !ok {
			continue
		}
		if first, twice := seen[c.question()]; twice {
			a.at(item, "asks the same as contrasts[%d]", first)
			continue
		}
		seen[c.question()] = item.index
		if !c.hasCells(newGrid(all, e.Exclude)) {
			a.at(item, "no two cells differ in this alone")
			continue
		}
		out = append(out, c)
	}
	return out
}

// question is the same for a contrast and its reverse.
func (c Contrast) question() string {
	if c.Value.String() > c.Against.String() {
		c.Value, c.Against = c.Against, c.Value
	}
	return c.String()
}

func (a *axes) contrast(n *node, all []factor) (c Contrast, ok bool) {
	before := a.mistakes
	if !a.keys(n, []string{"axis", "value", "against", "at"}) {
		return c, false
	}
	axis, value, against := a.need(n, "axis"), a.need(n, "value"), a.need(n, "against")
	if !a.is(axis, scalar) || !a.brief(axis) {
		return c, false
	}
	if c.Axis = axis.text; !a.isAxis(axis, axis.text, all) {
		return c, false
	}
	var gotValue, gotAgainst bool
	if value != nil {
		c.Value, gotValue = a.level(c.Axis, value, all)
	}
	if against != nil {
		c.Against, gotAgainst = a.level(c.Axis, against, all)
	}
	if gotValue && gotAgainst && c.Value == c.Against {
		a.at(against, "%s would be held against itself", c.Against)
	}
	c.At = a.held(n.get("at"), c.Axis, all)
	return c, a.mistakes == before
}

// held reads the axes that a contrast fixes.
func (a *axes) held(n *node, axis string, all []factor) training.Params {
	if !a.is(n, mapping) {
		return nil
	}
	var out training.Params
	for _, f := range n.items {
		if f.key == axis {
			a.atKey(f, "is the axis that the contrast is about")
			continue
		}
		if a.isAxisKey(f, all) {
			if v, ok := a.level(f.key, f, all); ok {
				out = out.With(f.key, v)
			}
		}
	}
	return out
}

// hasCells tells whether two cells of the grid differ in the contrast's factor
// alone, one at each value. A grid too large to look through is trusted.
func (c Contrast) hasCells(g grid) bool {
	if product(g.factors) > maxContrastCells {
		return true
	}
	own := slices.IndexFunc(g.factors, func(f factor) bool { return slices.Contains(f.names, c.Axis) })
	value, against := c.At.With(c.Axis, c.Value), c.At.With(c.Axis, c.Against)
	const hasValue, hasAgainst = 1, 2
	found := map[int]int{} // by the rows of the other factors
	return !g.walk(func(digits []int) bool {
		key := g.place(digits, own)
		if g.agrees(digits, value) {
			found[key] |= hasValue
		}
		if g.agrees(digits, against) {
			found[key] |= hasAgainst
		}
		return found[key] != hasValue|hasAgainst
	})
}

// place numbers a row of the product by all factors but one.
func (g grid) place(digits []int, but int) int {
	n := 0
	for i, row := range digits {
		if i != but {
			n = n*len(g.factors[i].rows) + row
		}
	}
	return n
}

// agrees tells whether a row has every setting of p.
func (g grid) agrees(digits []int, p training.Params) bool {
	for i, row := range digits {
		if !g.factors[i].matches(g.factors[i].rows[row], p) {
			return false
		}
	}
	return true
}
