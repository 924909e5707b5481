package unroll

import (
	"math"

	"sweep/training/kernels"
)

// state are the adjoints of one tensor's weights and moments.
type state struct {
	weights, m, v []float64
}

// backAdam takes the adjoints of one tensor from after a step of Adam to before
// it, but for the part of the weights' adjoint that comes through the gradient,
// and writes the gradient's own adjoint. g is the step's gradient, m and v the
// moments after it. With r = a.Rate (experiments.md §8.2):
//
//	m̄ −= r·θ̄/(√v+ε);  v̄ += r·θ̄·m/(2√v·(√v+ε)²)
//	ḡ = (1−β1)·m̄ + 2(1−β2)·g·v̄;  m̄ ← β1·m̄;  v̄ ← β2·v̄
//
// √v has no derivative at 0: there the element contributes nothing through v
// (design.md §7).
func backAdam[T kernels.Float](s state, direction, g, m, v []T, a kernels.AdamStep) {
	for i := range direction {
		root := math.Sqrt(float64(v[i]))
		below := root + a.Eps
		step := float64(a.Rate*s.weights[i]) / below
		mBar := s.m[i] - step
		vBar := s.v[i]
		if root > 0 {
			vBar += float64(step*float64(m[i])) / float64(2*float64(root*below))
		}
		direction[i] = T(float64((1-a.Beta1)*mBar) + float64(float64(2*(1-a.Beta2)*float64(g[i]))*vBar))
		s.m[i], s.v[i] = float64(a.Beta1*mBar), float64(a.Beta2*vBar)
	}
}
