package report

import (
	"slices"
)

// group is one panel or picture: the cells that differ in the contrast axis
// alone, a colour for each of its levels.
type group struct {
	fixed string // "z_dim=256", empty when nothing else varies
	rows  []string
	tints []int // by the level's place in the axis, the same in every group
	cells []*cell
}

// groupsOf splits cells by everything but the contrast axis: k where it varies,
// else the first axis that does.
func groupsOf(cells []*cell) []group {
	factors := factorsOf(cells)
	main := contrastAxis(factors, cells)
	var out []group
	at := map[string]int{}
	for _, c := range cells {
		fixed, row, tint := others(factors, main, c), c.name, 0
		if main >= 0 {
			row = factors[main].level(c)
			tint = slices.Index(factors[main].levels, row)
		}
		i, ok := at[fixed]
		if !ok {
			i = len(out)
			at[fixed] = i
			out = append(out, group{fixed: fixed})
		}
		out[i].rows = append(out[i].rows, row)
		out[i].tints = append(out[i].tints, tint)
		out[i].cells = append(out[i].cells, c)
	}
	return out
}

// contrastAxis is the place of the factor that gets the colours, -1 when
// nothing varies.
func contrastAxis(factors []factor, cells []*cell) int {
	main := slices.IndexFunc(factors, func(f factor) bool { return f.name(cells[0]) == "k" })
	if main < 0 && len(factors) > 0 {
		return 0
	}
	return main
}

// tintsOf gives every cell the colour that it has in its group.
func tintsOf(groups []group) map[string]int {
	out := map[string]int{}
	for _, g := range groups {
		for i, c := range g.cells {
			out[c.name] = g.tints[i]
		}
	}
	return out
}
