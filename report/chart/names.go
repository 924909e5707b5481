package chart

import (
	"cmp"
	"slices"
)

// ends places each line's name at the height of its last value, at least
// labelStep apart.
func ends(series []Series, y axis) []name {
	var out []name
	for _, s := range series {
		for _, q := range slices.Backward(s.Main) {
			if finite(q.Y) {
				out = append(out, name{Class(s.Tint), s.Name, y.at(min(max(q.Y, y.low), y.high))})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b name) int { return cmp.Compare(a.Y, b.Y) })
	for i := 1; i < len(out); i++ {
		out[i].Y = max(out[i].Y, out[i-1].Y+labelStep)
	}
	if n := len(out); n > 0 { // pushed below the axis: move the pile up
		if over := out[n-1].Y - y.from; over > 0 {
			for i := range out {
				out[i].Y = round(out[i].Y - over)
			}
		}
	}
	return out
}
