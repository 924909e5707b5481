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

// modeBlocks is where in a run the blocks begin that choose the points' modes,
// far behind those of their places.
const modeBlocks = 1 << 31

// Draw fills out with points (n, 2): the run's normals give the places within
// the modes, each word of its blocks from modeBlocks on a point's mode.
func Draw[T kernels.Float](be kernels.Backend[T], m Mixture, out []T, key kernels.Key, c kernels.Counter) {
	be.Normals(out, key, c)
	var words [4]uint32
	for i := range len(out) / 2 {
		if i%4 == 0 {
			words = c.Block(key, modeBlocks+uint32(i/4))
		}
		centre := m.Centres[kernels.Index(words[i%4], len(m.Centres))]
		out[2*i] = T(centre.X + float64(m.Sigma*float64(out[2*i])))
		out[2*i+1] = T(centre.Y + float64(m.Sigma*float64(out[2*i+1])))
	}
}
