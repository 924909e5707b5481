package unroll

import "sweep/training/kernels"

// Adam are the settings of one player's optimizer.
type Adam struct {
	Rate, Beta1, Beta2, Eps float64
}

// Player is one network under training: views of its parameters and of the
// gradients that the Game writes, and its optimizer's state.
type Player[T kernels.Float] struct {
	Weights [][]T // parameter tensors, owned by the network
	Grads   [][]T // in the same order, written by the Game
	M, V    [][]T // Adam's moments; SGD has none
	Steps   int64 // steps taken: Adam's counter t

	adam Adam
	sgd  *descent[T] // nil where the player steps by Adam
	be   kernels.Backend[T]
}

// NewPlayer makes a player that steps by Adam, moments and counter at zero.
func NewPlayer[T kernels.Float](be kernels.Backend[T], adam Adam, weights, grads [][]T) *Player[T] {
	p := &Player[T]{Weights: weights, Grads: grads, adam: adam, be: be}
	p.M, p.V = zerosLike[T](weights), zerosLike[T](weights)
	return p
}

// NewSGDPlayer makes a player that steps by plain SGD, θ ← θ − rate·g. It has no
// moments, and nothing depends on its counter.
func NewSGDPlayer[T kernels.Float](be kernels.Backend[T], rate float64, weights, grads [][]T) *Player[T] {
	return &Player[T]{Weights: weights, Grads: grads, sgd: newDescent(be, rate, weights), be: be}
}

// SetRate changes the step size of the steps to come.
func (p *Player[T]) SetRate(rate float64) {
	p.adam.Rate = rate
	if p.sgd != nil {
		p.sgd.rate = T(rate)
	}
}

// step is one step on the gradients as they are.
func (p *Player[T]) step() {
	p.Steps++
	if p.sgd != nil {
		p.sgd.step(p.Weights, p.Grads)
		return
	}
	a := p.adamStep()
	for i, w := range p.Weights {
		p.be.Adam(w, p.M[i], p.V[i], p.Grads[i], a)
	}
}

// adamStep is the step that the counter stands at.
func (p *Player[T]) adamStep() kernels.AdamStep {
	return kernels.NewAdamStep(p.adam.Rate, p.adam.Beta1, p.adam.Beta2, p.adam.Eps, p.Steps)
}

func (p *Player[T]) resetMoments() {
	p.Steps = 0
	for i := range p.M {
		clear(p.M[i])
		clear(p.V[i])
	}
}

// memory is a copy of a player's state.
type memory[T kernels.Float] struct {
	weights, m, v [][]T
	steps         int64
}

func newMemory[T kernels.Float](p *Player[T]) *memory[T] {
	return &memory[T]{weights: zerosLike[T](p.Weights), m: zerosLike[T](p.M), v: zerosLike[T](p.V)}
}

func (c *memory[T]) keepWeights(p *Player[T]) { copyAll(c.weights, p.Weights) }

func (c *memory[T]) keepMoments(p *Player[T]) {
	copyAll(c.m, p.M)
	copyAll(c.v, p.V)
	c.steps = p.Steps
}

func (c *memory[T]) restoreWeights(p *Player[T]) { copyAll(p.Weights, c.weights) }

func (c *memory[T]) restoreMoments(p *Player[T]) {
	copyAll(p.M, c.m)
	copyAll(p.V, c.v)
	p.Steps = c.steps
}

func zerosLike[U, T kernels.Float](x [][]T) [][]U {
	out := make([][]U, len(x))
	for i := range x {
		out[i] = make([]U, len(x[i]))
	}
	return out
}

func copyAll[T kernels.Float](dst, src [][]T) {
	for i := range src {
		copy(dst[i], src[i])
	}
}
