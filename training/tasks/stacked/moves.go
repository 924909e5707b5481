package stacked

import (
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// Look draws a real and a z batch and computes the discriminator's gradients.
func (m *game[T]) Look(outer, inner uint32) unroll.Look {
	if inner == 0 || !m.fixed {
		m.stack(m.against.Real, outer, inner)
		m.make(kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
		if inner == 0 || !m.takenBack() {
			m.gen.Update(m.maker.stats)
		}
	}
	if m.separate() {
		copy(m.reals[inner].Data, m.against.Real.Data)
		copy(m.codes[inner].Data, m.maker.Z.Data)
	}
	m.look.Run()
	return unroll.Look{Loss: m.number(dLoss), Real: m.number(dReal), Fake: m.number(dFake)}
}

func (m *game[T]) number(i int) float64 { return float64(m.look.Output(i).Data[0]) }

// make gives the discriminator images of newly drawn codes.
func (m *game[T]) make(c kernels.Counter) {
	m.be.Normals(m.maker.Z.Data, m.key, c)
	m.show()
}

// show gives the discriminator the images of the codes as they are.
func (m *game[T]) show() {
	m.maker.forward.Run()
	copy(m.against.Fake.Data, m.maker.images.Data)
}

// Generate draws the generator's batch and computes its gradients. Fixed batches
// are there from the look-ahead.
func (m *game[T]) Generate(outer uint32) float64 {
	if !m.fixed {
		if m.gLoss == nets.Minimax {
			m.stack(m.against.Real, outer, inGeneratorsStep)
		}
		m.make(kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
		m.gen.Update(m.maker.stats)
	}
	return m.generate()
}

// Both uses the batches of look-ahead step 0 for both players.
func (m *game[T]) Both(outer uint32) (unroll.Look, float64) {
	look := m.Look(outer, 0)
	return look, m.generate()
}

// generate computes the generator's gradients; with fixed batches and the full
// gradient the way back has more to say about the same images first.
func (m *game[T]) generate() float64 {
	m.push.Run()
	copy(m.maker.Cost.Data, m.push.Output(gCost).Data)
	switch {
	case m.separate():
		m.maker.backward.Run()
		for i, grad := range m.maker.grads() {
			copy(m.sums[i], grad)
		}
	case !m.full:
		m.maker.backward.Run()
	}
	return float64(m.push.Output(gLoss).Data[0])
}

// Pull goes back to the batches of look-ahead step inner. What it finds for the
// images is added up where they are the same in every step, and otherwise goes
// back through the pass that made them.
func (m *game[T]) Pull(inner uint32) {
	cost := m.maker.Cost
	if m.fixed {
		m.pull.Run()
		m.be.Add(cost, cost, m.pull.Output(0))
		return
	}
	copy(m.against.Real.Data, m.reals[inner].Data)
	copy(m.maker.Z.Data, m.codes[inner].Data)
	m.show()
	m.pull.Run()
	copy(cost.Data, m.pull.Output(0).Data)
	m.maker.backward.Run()
	for i, grad := range m.maker.grads() {
		sum := row(m.sums[i])
		m.be.Add(sum, sum, row(grad))
	}
}

func row[T kernels.Float](x []T) kernels.Matrix[T] {
	return kernels.Matrix[T]{Rows: 1, Cols: len(x), Data: x}
}

// Complete takes the images' gradients to the generator's weights where that has
// not been done pass by pass.
func (m *game[T]) Complete() {
	if m.fixed {
		m.maker.backward.Run()
	}
}
