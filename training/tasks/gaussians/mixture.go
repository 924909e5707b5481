package gaussians

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// Point is a place in the plane.
type Point struct{ X, Y float64 }

// Mixture is an equally weighted mixture of isotropic Gaussians.
type Mixture struct {
	Centres []Point
	Sigma   float64 // standard deviation of every mode
}

// NewMixture makes ring8, double10 or grid25; sigma 0 takes the mixture's own.
func NewMixture(name string, sigma float64) (Mixture, error) {
	var m Mixture
	switch name {
	case "ring8": // experiments.md §1.1; the source's 0.2² is its standard deviation
		m = Mixture{circle(8, func(int) float64 { return 2 }), 0.04}
	case "double10": // a star: even modes on radius 1, odd ones on radius 2
		m = Mixture{circle(10, func(i int) float64 { return float64(1 + i%2) }), 0.04}
	case "grid25": // experiments.md §2.3
		m = Mixture{grid(), 0.05}
	default:
		return Mixture{}, fmt.Errorf("unknown mixture %q", name)
	}
	if sigma > 0 {
		m.Sigma = sigma
	}
	return m, nil
}

// circle puts mode i of n at angle 2πi/n − π/2.
func circle(n int, radius func(i int) float64) []Point {
	centres := make([]Point, n)
	for i := range centres {
		sin, cos := math.Sincos(2*math.Pi*float64(i)/float64(n) - math.Pi/2)
		centres[i] = Point{radius(i) * cos, radius(i) * sin}
	}
	return centres
}

func grid() []Point {
	var centres []Point
	for x := -4.0; x <= 4; x += 2 {
		for y := -4.0; y <= 4; y += 2 {
			centres = append(centres, Point{x, y})
		}
	}
	return centres
}

// Draw fills out with points (n, 2): block i of the run gives point i, its first
// word the mode, its last two the place within.
func Draw[T kernels.Float](m Mixture, out []T, key kernels.Key, c kernels.Counter) {
	for i := range len(out) / 2 {
		w := c.Block(key, uint32(i))
		centre := m.Centres[kernels.Index(w[0], len(m.Centres))]
		dx, dy := kernels.Normal2(w[2], w[3])
		out[2*i] = T(centre.X + float64(m.Sigma*dx))
		out[2*i+1] = T(centre.Y + float64(m.Sigma*dy))
	}
}
