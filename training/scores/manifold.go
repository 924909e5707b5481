package scores

import "math"

// PRDC are precision and recall (Kynkäänniemi et al. 2019), density and
// coverage (Naeem et al. 2020) of generated points, with balls around each point
// that reach to its k-th nearest neighbour among its own kind. A point on a
// ball's surface is outside.
type PRDC struct {
	Precision float64 // share of generated points inside a real point's ball
	Recall    float64 // share of real points inside a generated point's ball
	Density   float64 // mean number of real balls around a generated point, over k; not bounded by 1
	Coverage  float64 // share of real points whose ball holds a generated point
}

// Radii are the squared radii of the points' balls.
func (s *Neighbours) Radii(p Points, k int) []float64 {
	near := s.Nearest(p, p, k, true)
	radii := make([]float64, p.Rows)
	for i := range radii {
		radii[i] = near[i*k+k-1]
	}
	return radii
}

// NewPRDC scores generated points against real ones, given the squared radii of
// the real ones' balls.
func (s *Neighbours) NewPRDC(real Points, realRadii []float64, fake Points, k int) PRDC {
	t := s.touch(real, realRadii, fake, s.Radii(fake, k))
	n, m := float64(real.Rows), float64(fake.Rows)
	var out PRDC
	for _, c := range t.around {
		if c > 0 {
			out.Precision++
		}
		out.Density += float64(c)
	}
	out.Precision /= m
	out.Density /= float64(k) * m
	out.Recall = count(t.held) / n
	out.Coverage = count(t.holds) / n
	return out
}

func count(x []bool) (n float64) {
	for _, v := range x {
		if v {
			n++
		}
	}
	return n
}

// touching is who lies in whose ball.
type touching struct {
	around []int  // for each generated point, the real balls that hold it
	holds  []bool // for each real point, whether its ball holds a generated one
	held   []bool // for each real point, whether a generated point's ball holds it
}

func (s *Neighbours) touch(real Points, realRadii []float64, fake Points, fakeRadii []float64) touching {
	t := touching{make([]int, fake.Rows), make([]bool, real.Rows), make([]bool, real.Rows)}
	roots, bound := lengths(fake), slack(real.Cols)
	s.blocks(real, fake, func(i, j int, products matrix) {
		for r := range products.Rows {
			at := i + r
			norm, radius, band := real.norms[at], realRadii[at], bound*math.Sqrt(real.norms[at])
			for c, p := range row(products, r) {
				near := norm + fake.norms[j+c] - 2*float64(p)
				blur := float64(band * roots[j+c])
				if !(near-blur < radius) && (t.held[at] || !(near-blur < fakeRadii[j+c])) {
					continue
				}
				d := distance(real, fake, at, j+c)
				if d < radius {
					t.around[j+c]++
					t.holds[at] = true
				}
				t.held[at] = t.held[at] || d < fakeRadii[j+c]
			}
		}
	})
	return t
}
