package mnist

import (
	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// Look draws the batches of a look-ahead step and computes the discriminator's
// gradients.
func (m *game[T]) Look(outer, inner uint32) unroll.Look {
	if inner == 0 || !m.shared {
		m.realAhead(outer, inner)
		m.fakeAhead(outer, inner)
	}
	noise(m.be, m.seen.Noise, m.key, kernels.StreamNoise, outer, inner)
	m.look.Run()
	if inner == 0 {
		m.labelledLoss = m.number(dLabelled)
	}
	look := unroll.Look{Loss: m.number(dLoss)}
	if m.unsupervised {
		look.Real, look.Fake = m.number(dReal), m.number(dFake)
	}
	return look
}

func (m *game[T]) number(i int) float64 { return float64(m.look.Output(i).Data[0]) }

// realAhead fills in the labelled and the unlabelled batch.
func (m *game[T]) realAhead(outer, inner uint32) {
	x, b := m.seen.X, m.batches()
	drawLabelled(m.images, x, m.seen.Labels, outer, inner)
	if m.unsupervised {
		drawReal(m.images, x.Data[b.Labelled*data.Pixels:], b.Unlabelled, outer, inner)
	}
}

// fakeAhead fills in generated images.
func (m *game[T]) fakeAhead(outer, inner uint32) {
	if !m.unsupervised {
		return
	}
	m.codes(m.maker.Z, kernels.Counter{Stream: kernels.StreamZ, Outer: outer, Inner: inner})
	m.maker.run()
	b := m.batches()
	copy(m.seen.X.Data[(b.Labelled+b.Unlabelled)*data.Pixels:], m.maker.images().Data)
	if inner == 0 || !m.takenBack() {
		m.gen.Update(m.maker.stats())
	}
}

// takenBack tells whether look-ahead steps after the first leave no trace in the
// generator's running statistics (design.md §7): with restore and reset they go
// back to what they were after the first.
func (m *game[T]) takenBack() bool {
	return m.rollback == unroll.Restore || m.rollback == unroll.Reset
}

// codes draws z.
func (m *game[T]) codes(z kernels.Matrix[T], c kernels.Counter) {
	low, high := m.generator.Uniform()
	kernels.Uniforms(z.Data, low, high, m.key, c)
}

// Generate draws the generator's batch and computes its gradients. Shared
// batches are those of the look-ahead, whose pass the running statistics have
// taken in already.
func (m *game[T]) Generate(outer uint32) float64 {
	if !m.unsupervised {
		return 0
	}
	a := m.against
	if m.shared {
		copy(a.Z.Data, m.maker.Z.Data)
	} else {
		m.codes(a.Z, kernels.Counter{Stream: kernels.StreamZG, Outer: outer})
	}
	m.realForG(outer)
	copy(a.Features.Data, m.look.Output(dFeatures).Data)
	m.codes(a.ZMatch, kernels.Counter{Stream: kernels.StreamZG, Outer: outer, Inner: 1})
	for i, pass := range []([]kernels.Matrix[T]){a.Noise, a.RealNoise, a.MatchNoise} {
		noise(m.be, pass, m.key, kernels.StreamNoiseG, outer, uint32(i))
	}
	m.push.Run()
	m.takeStats()
	return float64(m.push.Output(0).Data[0])
}

// realForG fills in the real batch of the generator's step where its loss has
// one.
func (m *game[T]) realForG(outer uint32) {
	a, b := m.against, m.batches()
	switch {
	case a.Real.Rows == 0:
	case m.shared:
		copy(a.Real.Data, m.seen.X.Data[b.Labelled*data.Pixels:])
	default:
		drawReal(m.images, a.Real.Data, b.Unlabelled, outer, inGeneratorsStep)
	}
}

// takeStats updates the running statistics by the passes of the generator's
// step.
func (m *game[T]) takeStats() {
	layers := len(m.gen.Running)
	for pass := range m.against.Stats {
		if m.shared && pass == 0 {
			continue
		}
		for i, r := range m.gen.Running {
			r.Update(m.push.Output(1 + pass*layers + i))
		}
	}
}

// Both uses the batches of look-ahead step 0 for both players.
func (m *game[T]) Both(outer uint32) (unroll.Look, float64) {
	look := m.Look(outer, 0)
	return look, m.Generate(outer)
}
