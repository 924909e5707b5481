package stacked

import (
	"slices"

	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks/packed"
)

var _ packed.Game = (*moves)(nil)

// What an iteration leaves in numbers: the four metrics, and a flag.
const (
	ofDLoss = iota
	ofDReal
	ofDFake
	ofGLoss
	notFinite
	numbers
)

// moves are game's for all trials of a pack, as launches: which trials a launch is
// for and where in their random numbers they are is in the device's memory.
type moves struct {
	*game[float32]
	device  *cuda.Pack
	rows    *cuda.Rows // the training images: a stack takes three
	numbers []float32  // of one iteration
}

// Look is game's; the numbers are those of the first step.
func (m *moves) Look(inner uint32) {
	if inner == 0 || !m.fixed {
		m.rows.Draw(m.against.Real.Data, kernels.StreamReal, inner)
		m.make(kernels.StreamZ, inner)
		if inner == 0 || !m.takenBack() {
			m.follow()
		}
	}
	m.look.Run()
	if inner > 0 {
		return
	}
	for i, from := range []int{dLoss, dReal, dFake} {
		m.device.Copy(m.numbers[ofDLoss+i:][:1], m.look.Output(from).Data)
	}
}

// make gives the discriminator images of newly drawn codes.
func (m *moves) make(stream kernels.Stream, inner uint32) {
	m.be.Normals(m.maker.Z.Data, kernels.Key{}, kernels.Counter{Stream: stream, Inner: inner})
	m.maker.forward.Run()
	m.device.Copy(m.against.Fake.Data, m.maker.images.Data)
}

// follow is the generator's Update.
func (m *moves) follow() {
	for i, r := range m.gen.Running {
		m.device.Follow(r.Data, m.maker.stats[i].Data, nets.BatchNormDecay)
	}
}

// Generate is game's.
func (m *moves) Generate() {
	if !m.fixed {
		if m.gLoss == nets.Minimax {
			m.rows.Draw(m.against.Real.Data, kernels.StreamReal, inGeneratorsStep)
		}
		m.make(kernels.StreamZG, 0)
		m.follow()
	}
	m.generate()
}

// Both is game's.
func (m *moves) Both() {
	m.Look(0)
	m.generate()
}

func (m *moves) generate() {
	m.push.Run()
	m.device.Copy(m.maker.Cost.Data, m.push.Output(gCost).Data)
	m.device.Copy(m.numbers[ofGLoss:][:1], m.push.Output(gLoss).Data)
	m.maker.backward.Run()
}

// End flags parameters that are not finite.
func (m *moves) End() {
	for _, p := range slices.Concat(m.disc.Params, m.gen.Params) {
		m.device.NotFinite(m.numbers[notFinite:], p.Data)
	}
}
