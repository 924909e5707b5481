package gaussians

import (
	"sweep/training"
	"sweep/training/kernels"
)

// Sizes of an evaluation (experiments.md §7.1).
const (
	Drawn      = 10000 // points per evaluation
	DrawnLoose = 2500  // the first of them, which the literature's mode count uses
)

// Scores are the numbers of experiments.md §7.1 for one set of points.
type Scores struct {
	ModesLoose  int     // modes with at least one high-quality point among the first 2,500
	ModesStrict int     // modes with at least 20 % of N/M high-quality points among all N
	HighQuality float64 // share of points within 3σ of their nearest centre
	ReverseKL   float64 // KL of the nearest-centre histogram from the uniform one, nats
}

// Score scores N points (N, 2).
func (m Mixture) Score(points []float32) Scores {
	n := len(points) / 2
	nearest, good, goodEarly := make([]int, len(m.Centres)), make([]int, len(m.Centres)), make([]int, len(m.Centres))
	var total int
	for i := range n {
		mode, squared := m.nearest(float64(points[2*i]), float64(points[2*i+1]))
		nearest[mode]++
		if !(squared <= 9*m.Sigma*m.Sigma) {
			continue
		}
		total++
		good[mode]++
		if i < DrawnLoose {
			goodEarly[mode]++
		}
	}
	fair := float64(n) / float64(len(m.Centres))
	return Scores{
		ModesLoose:  atLeast(goodEarly, 1),
		ModesStrict: atLeast(good, 0.2*fair),
		HighQuality: float64(total) / float64(n),
		ReverseKL:   divergence(nearest, n),
	}
}

// nearest finds the closest centre and the squared distance to it.
func (m Mixture) nearest(x, y float64) (mode int, squared float64) {
	for i, c := range m.Centres {
		dx, dy := x-c.X, y-c.Y
		if d := float64(dx*dx) + float64(dy*dy); i == 0 || d < squared {
			mode, squared = i, d
		}
	}
	return mode, squared
}

func atLeast(counts []int, threshold float64) (modes int) {
	for _, c := range counts {
		if float64(c) >= threshold {
			modes++
		}
	}
	return modes
}

// divergence is Σ p·log(p·M), with 0·log 0 = 0.
func divergence(counts []int, n int) float64 {
	var kl float64
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / float64(n)
			kl += float64(p * kernels.Log(p*float64(len(counts))))
		}
	}
	return kl
}

// points names the scores as the schema does.
func (s Scores) points(prefix string) []training.Point {
	return []training.Point{
		{Metric: prefix + "modes_strict", Value: float64(s.ModesStrict)},
		{Metric: prefix + "modes_loose", Value: float64(s.ModesLoose)},
		{Metric: prefix + "high_quality", Value: s.HighQuality},
		{Metric: prefix + "reverse_kl", Value: s.ReverseKL},
	}
}
