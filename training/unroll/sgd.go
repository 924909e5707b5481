package unroll

import "sweep/training/kernels"

// descent is plain stochastic gradient descent: θ ← θ − rate·g.
type descent[T kernels.Float] struct {
	rate  T
	be    kernels.Backend[T]
	moves [][]T // scratch, like the weights: what is added to them
}

func newDescent[T kernels.Float](be kernels.Backend[T], rate float64, weights [][]T) *descent[T] {
	return &descent[T]{rate: T(rate), be: be, moves: zerosLike[T](weights)}
}

// step rounds the product and then the sum, so that every backend computes the
// same bits.
func (s *descent[T]) step(weights, grads [][]T) {
	for i := range weights {
		move, w := row(s.moves[i]), row(weights[i])
		s.be.Scale(move, row(grads[i]), -s.rate)
		s.be.Add(w, w, move)
	}
}

// back writes the adjoint of a step's gradient for the adjoint λ of the weights
// after it: ḡ = −rate·λ (experiments.md §8.2). The weights before the step have
// the adjoint λ too, but for the part that comes through the gradient.
func (s *descent[T]) back(direction []T, weights []float64) {
	for i, l := range weights {
		direction[i] = T(-float64(s.rate) * l)
	}
}

// row is a tensor as the matrix (1, n).
func row[T kernels.Float](x []T) kernels.Matrix[T] {
	return kernels.Matrix[T]{Rows: 1, Cols: len(x), Data: x}
}
