package scores

import "math"

// Frechet is the squared Fréchet distance of two normal distributions,
// ‖μ1−μ2‖² + Tr(Σ1 + Σ2 − 2(Σ1Σ2)^½) (Dowson and Landau 1982; Heusel et al.
// 2017; experiments.md §7.3). It is biased upwards by few samples: compare
// equal numbers of them. The trace of the root is that of (RΣ2R)^½ for the
// symmetric root R of Σ1, so that nothing complex arises.
func Frechet(a, b Moments) float64 {
	d := len(a.Mean)
	root := symmetricRoot(a.Cov, d)
	values, _ := eigen(product(product(root, b.Cov, d), root, d), d)
	var distance, trace float64
	for i := range d {
		off := a.Mean[i] - b.Mean[i]
		distance += float64(off * off)
		trace += a.Cov[i*d+i] + b.Cov[i*d+i]
		trace -= 2 * positiveRoot(values[i])
	}
	return distance + trace
}

// positiveRoot takes what rounding has made negative for zero; NaN stays.
func positiveRoot(v float64) float64 {
	if v < 0 {
		return 0
	}
	return math.Sqrt(v)
}

// symmetricRoot is the positive root of a positive semidefinite matrix.
func symmetricRoot(cov []float64, d int) []float64 {
	values, vectors := eigen(append([]float64{}, cov...), d)
	root := make([]float64, d*d)
	for i, v := range values {
		s, vector := positiveRoot(v), vectors[i*d:(i+1)*d]
		for j, x := range vector {
			for l, y := range vector {
				root[j*d+l] += float64(float64(s*x) * y)
			}
		}
	}
	return root
}

func product(a, b []float64, d int) []float64 {
	out := make([]float64, d*d)
	for i := range d {
		line := out[i*d : (i+1)*d]
		for k, x := range a[i*d : (i+1)*d] {
			for j, y := range b[k*d : (k+1)*d] {
				line[j] += float64(x * y)
			}
		}
	}
	return out
}
