package gaussians

import (
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
)

// What an iteration leaves in numbers: the four metrics, and a flag.
const (
	ofDLoss = iota
	ofDReal
	ofDFake
	ofGLoss
	notFinite
	numbers
)

// moves are game's for all trials of a pack, as launches.
type moves struct {
	*game[float32]
	device  *cuda.Pack
	modes   cuda.Operand
	numbers []float32 // losses and what is not finite, of one iteration
}

// Look is game's.
func (m *moves) Look(inner uint32) {
	if inner == 0 || !m.fixed {
		m.device.Points(m.disc.Real.Data, m.modes, kernels.StreamReal, inner)
		m.make(kernels.StreamZ, inner)
	}
	m.look.Run()
	if inner > 0 {
		return
	}
	for i, from := range []int{dLoss, dReal, dFake} {
		m.device.Copy(m.numbers[ofDLoss+i:][:1], m.look.Output(from).Data)
	}
}

// make draws z, makes the points and shows them to D.
func (m *moves) make(stream kernels.Stream, inner uint32) {
	m.be.Normals(m.maker.Z.Data, kernels.Key{}, kernels.Counter{Stream: stream, Inner: inner})
	m.maker.forward.Run()
	m.device.Copy(m.disc.Fake.Data, m.maker.points.Data)
}

// Generate is game's.
func (m *moves) Generate() {
	m.batchOfG()
	m.generate()
}

// Both is game's.
func (m *moves) Both() {
	m.Look(0)
	m.generate()
}

func (m *moves) batchOfG() {
	if m.fixed {
		return
	}
	if m.gLoss == nets.Minimax {
		m.device.Points(m.disc.Real.Data, m.modes, kernels.StreamReal, inGeneratorsStep)
	}
	m.make(kernels.StreamZG, 0)
}

func (m *moves) generate() {
	m.gen.Run()
	m.device.Copy(m.maker.Cost.Data, m.gen.Output(gCost).Data)
	m.device.Copy(m.numbers[ofGLoss:][:1], m.gen.Output(gLoss).Data)
	m.maker.backward.Run()
}

// End flags parameters that are not finite.
func (m *moves) End() {
	for _, mlp := range []*nets.MLP[float32]{m.net, m.disc.Net} {
		for _, param := range mlp.Params {
			m.device.NotFinite(m.numbers[notFinite:], param.Data)
		}
	}
}
