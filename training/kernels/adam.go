package kernels

import "math"

// AdamStep is one step of Adam (Kingma and Ba 2015) in the source's form
// (experiments.md §1.0): ε is added to the root of the uncorrected v.
type AdamStep struct {
	Rate  float64 // α·√(1−β2^t)/(1−β1^t)
	Beta1 float64
	Beta2 float64
	Eps   float64
}

// NewAdamStep corrects the step size alpha for step t, counted from 1.
func NewAdamStep(alpha, beta1, beta2, eps float64, t int64) AdamStep {
	rate := alpha * math.Sqrt(1-power(beta2, t)) / (1 - power(beta1, t))
	return AdamStep{Rate: rate, Beta1: beta1, Beta2: beta2, Eps: eps}
}

// Adam updates w, m and v in place: m += (1−β1)(g−m); v += (1−β2)(g²−v);
// w −= Rate·m/(√v+ε).
func (r *Reference[T]) Adam(w, m, v, g []T, a AdamStep) {
	b1, b2, rate, eps := T(1-a.Beta1), T(1-a.Beta2), T(a.Rate), T(a.Eps)
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	for i := range w {
		gi := g[i]
		mi := m[i] + T(b1*(gi-m[i]))
		vi := v[i] + T(b2*(T(gi*gi)-v[i]))
		m[i], v[i] = mi, vi
		w[i] -= T(rate*mi) / (T(math.Sqrt(float64(vi))) + eps)
	}
}
