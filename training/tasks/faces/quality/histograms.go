package quality

import (
	"math"

	"sweep/training/tasks/faces/pfaces"
)

// share is the part of a mode's fair share from which on it counts as covered,
// as a mixture's modes (experiments.md §7.1).
const share = 0.2

// modes counts the combinations of kinds that have at least a fifth of their
// share of the pictures, and at least one, and gives the divergence, nats, of
// the pictures' distribution over modes from the set's. Pictures of no mode
// count in neither.
func (s *Scorer) modes(v view) (covered, kl float64) {
	m := s.drawn.Modes()
	counts, inside := make([]int, m.Len()), 0
	for _, r := range v.readings {
		if mode := m.Of(r.Kinds); mode >= 0 {
			counts[mode]++
			inside++
		}
	}
	rarest := 1.0
	for mode, n := range counts {
		weight := s.drawn.Weight(mode)
		rarest = math.Min(rarest, weight)
		if float64(n) >= math.Max(1, share*weight*float64(len(v.readings))) {
			covered++
		}
		if n > 0 {
			p := float64(n) / float64(inside)
			kl += p * math.Log(p/weight)
		}
	}
	if inside == 0 { // as bad as showing the rarest mode alone
		kl = -math.Log(rarest)
	}
	return covered, math.Max(0, kl)
}

// bins is the number of equal parts of a continuous attribute's range.
const bins = 16

// cells are what a reading's attribute falls into, of how many: the kinds first,
// then the continuous ones.
func cells(a pfaces.Attributes, attribute int) (cell, of int) {
	if attribute < pfaces.Categorical {
		return int(a.Kinds[attribute]), len(pfaces.Kinds()[attribute].Values)
	}
	return int(a.Values[attribute-pfaces.Categorical]) * bins >> 16, bins
}

// attributesTV is the total variation of the attributes' histograms from the
// test pictures', a mean over all 18 attributes.
func attributesTV(test, v view) float64 {
	sum := 0.0
	const all = pfaces.Categorical + pfaces.Continuous
	for attribute := range all {
		at := func(a pfaces.Attributes) (int, int) { return cells(a, attribute) }
		sum += variation(test, v, at)
	}
	return sum / all
}

// pairsTV is the same of the joint histograms of each two kinds: attributes that
// go together, or stop doing so.
func pairsTV(test, v view) float64 {
	sum, pairs := 0.0, 0
	for i := range pfaces.Categorical {
		for j := range i {
			at := func(a pfaces.Attributes) (int, int) {
				x, nx := cells(a, i)
				y, ny := cells(a, j)
				return x*ny + y, nx * ny
			}
			sum += variation(test, v, at)
			pairs++
		}
	}
	return sum / float64(pairs)
}

// variation is half the sum of the differences of two histograms, 0 to 1.
func variation(a, b view, at func(pfaces.Attributes) (cell, of int)) float64 {
	p, q := histogram(a, at), histogram(b, at)
	sum := 0.0
	for i := range p {
		sum += math.Abs(p[i] - q[i])
	}
	return sum / 2
}

func histogram(v view, at func(pfaces.Attributes) (cell, of int)) []float64 {
	_, of := at(pfaces.Attributes{})
	out := make([]float64, of)
	for _, r := range v.readings {
		cell, _ := at(r.Attributes)
		out[cell] += 1 / float64(len(v.readings))
	}
	return out
}
