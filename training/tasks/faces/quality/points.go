package quality

import (
	"sweep/training"
	"sweep/training/scores"
)

// points are the scores of pictures, named as training.FacesQualityMetrics does.
func (s *Scorer) points(r *real, v view, prefix string) (out []training.Point) {
	add := func(metric string, value float64) {
		out = append(out, training.Point{Metric: prefix + metric, Value: value})
	}
	kid, sd := s.kernelDistance(r, v)
	prdc := s.neighbours.NewPRDC(r.test.points, r.radii, v.points, neighbours)
	add("fd_reader", scores.Frechet(r.test.moments, v.moments))
	add("kid", kid)
	add("kid_sd", sd)
	add("precision", prdc.Precision)
	add("recall", prdc.Recall)
	add("density", prdc.Density)
	add("coverage", prdc.Coverage)
	if s.drawn == nil {
		return out
	}
	covered, kl := s.modes(v)
	add("modes", covered)
	add("mode_kl", kl)
	add("attributes_tv", attributesTV(r.test, v))
	add("pairs_tv", pairsTV(r.test, v))
	add("render_mse", renderMSE(v))
	return out
}

func (s *Scorer) kernelDistance(r *real, v view) (mean, sd float64) {
	estimates := make([]float64, len(r.subsets))
	seen := v.points.Matrix
	for i, subset := range r.subsets {
		own := draw(seen.Rows, len(subset), i, fakeSide)
		within, between := s.kernel.Within(seen, own), s.kernel.Between(seen, own, r.test.points.Matrix, subset)
		estimates[i] = scores.KernelDistance(r.within[i], within, between, len(subset))
	}
	return scores.MeanSD(estimates)
}

func renderMSE(v view) float64 {
	sum := 0.0
	for _, r := range v.readings {
		sum += r.off
	}
	return sum / float64(len(v.readings))
}
