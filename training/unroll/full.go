package unroll

import "sweep/training/kernels"

// Unrolled is a Game whose generator's loss can be followed back through the
// look-ahead. Its Generate writes Adjoint.Lambda and leaves the generator's
// gradients to Complete.
type Unrolled interface {
	Game

	// Pull computes, for the scalar s = ⟨∂L_D/∂θ_D, Direction⟩ of look-ahead step
	// inner of the present outer step, at D's weights as they are: Curve = ∂s/∂θ_D,
	// and ∂s/∂θ_G, which it adds to the generator's gradients.
	Pull(inner uint32)

	// Complete writes the generator's gradients: those of Generate and of every
	// Pull since.
	Complete()
}

// Adjoint is the memory between the loop and an Unrolled game; every list has
// the discriminator's tensors in their order.
type Adjoint[T kernels.Float] struct {
	Lambda    [][]T // ∂L_G/∂θ_D at the end of the look-ahead, written by Generate
	Direction [][]T // written by the loop before Pull
	Curve     [][]T // written by Pull
}

// way is the way back through the look-ahead: what its steps were, and the
// adjoints of D's state, kept in float64 because 1/√v spans more than float32.
type way[T kernels.Float] struct {
	game    Unrolled
	adjoint Adjoint[T]
	trace   []moment[T] // one for each look-ahead step
	end     [][]T       // θ_D^(k)

	weights, m, v [][]float64 // ∂L_G/∂θ, ∂L_G/∂m, ∂L_G/∂v of the step at hand
}

// moment is one look-ahead step: D's weights before it and, where D steps by
// Adam, its gradients, the moments after it, and Adam's numbers.
type moment[T kernels.Float] struct {
	weights, grads, m, v [][]T
	adam                 kernels.AdamStep
}

func newWay[T kernels.Float](game Unrolled, d *Player[T], k int, adjoint Adjoint[T]) *way[T] {
	w := &way[T]{game: game, adjoint: adjoint, trace: make([]moment[T], k), end: zerosLike[T](d.Weights)}
	for i := range w.trace { // without moments the lists but the weights' are empty
		w.trace[i] = moment[T]{weights: zerosLike[T](d.Weights), grads: zerosLike[T](d.M),
			m: zerosLike[T](d.M), v: zerosLike[T](d.V)}
	}
	w.weights, w.m, w.v = zerosLike[float64](d.Weights), zerosLike[float64](d.M), zerosLike[float64](d.V)
	return w
}

// before notes D's weights at a step.
func (w *way[T]) before(inner int, d *Player[T]) { copyAll(w.trace[inner].weights, d.Weights) }

// after notes the step's gradients and what it made of Adam's state. The way
// back through a step of SGD needs neither.
func (w *way[T]) after(inner int, d *Player[T]) {
	if d.sgd != nil {
		return
	}
	t := &w.trace[inner]
	copyAll(t.grads, d.Grads)
	copyAll(t.m, d.M)
	copyAll(t.v, d.V)
	t.adam = d.adamStep()
}

// back takes ∂L_G/∂θ_D^(k) to the generator's gradients, from the last
// look-ahead step to the first (experiments.md §8.2), and leaves D's weights at
// θ_D^(k). D's state before the first step does not depend on G's weights.
func (w *way[T]) back(d *Player[T]) {
	copyAll(w.end, d.Weights)
	w.begin()
	for inner := len(w.trace) - 1; inner >= 0; inner-- {
		t := &w.trace[inner]
		w.backStep(t, d)
		copyAll(d.Weights, t.weights)
		w.game.Pull(uint32(inner))
		w.addCurve()
	}
	copyAll(d.Weights, w.end)
	w.game.Complete()
}

// backStep takes the adjoints to before D's step t, but for what comes through
// its gradients, and writes these gradients' own into Direction.
func (w *way[T]) backStep(t *moment[T], d *Player[T]) {
	for i, direction := range w.adjoint.Direction {
		if d.sgd != nil {
			d.sgd.back(direction, w.weights[i])
			continue
		}
		s := state{weights: w.weights[i], m: w.m[i], v: w.v[i]}
		backAdam(s, direction, t.grads[i], t.m[i], t.v[i], t.adam)
	}
}

// begin sets the adjoints at the end of the look-ahead: the loss sees D's
// weights there, and not its moments.
func (w *way[T]) begin() {
	for i, lambda := range w.adjoint.Lambda {
		for j, l := range lambda {
			w.weights[i][j] = float64(l)
		}
	}
	for i := range w.m {
		clear(w.m[i])
		clear(w.v[i])
	}
}

func (w *way[T]) addCurve() {
	for i, curve := range w.adjoint.Curve {
		for j, c := range curve {
			w.weights[i][j] += float64(c)
		}
	}
}
