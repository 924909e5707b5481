package faces

import (
	"slices"

	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks/packed"
)

var _ packed.Game = (*moves)(nil)

// What an iteration leaves in numbers. A loss of both players has two parts,
// which are added on the processor, as game's moves do.
const (
	ofReals = iota
	ofDReal
	ofFakes
	ofDFake
	ofGLoss
	ofJudge // minimax: what is subtracted
	notFinite
	numbers
)

// moves are game's for all trials of a pack, as launches: which trials a launch is
// for and where in their random numbers they are is in the device's memory.
type moves struct {
	*game[float32]
	device  *cuda.Pack
	rows    *cuda.Rows
	sigma   []float32 // each trial's input noise: a tensor of one element
	numbers []float32 // of one iteration
}

// inGraph is the deviation of the noise in the discriminator's graph: the normals
// are multiplied by each trial's own before.
const inGraph = 1

// Look is game's; the numbers are those of the first step.
func (m *moves) Look(inner uint32) {
	if inner == 0 || !m.shared {
		m.rows.Draw(m.batchD, kernels.StreamReal, inner)
		m.fakeAhead(inner)
	}
	critic := m.look
	m.criticise(critic, m.batchD, ofReal, kernels.StreamNoise, 2*inner)
	if inner == 0 {
		m.note(ofReals, critic, 2)
	}
	for i, g := range critic.grads {
		m.device.Copy(m.gradsD[i], g)
	}
	m.criticise(critic, m.maker.pictures().Data, ofFake, kernels.StreamNoise, 2*inner+1)
	if inner == 0 {
		m.note(ofFakes, critic, 2)
	}
	for i, g := range critic.grads {
		sum := row(m.gradsD[i])
		m.be.Add(sum, sum, row(g))
	}
}

// criticise runs a critic on a batch.
func (m *moves) criticise(c *critic[float32], batch []float32, sign float32, stream kernels.Stream, pass uint32) {
	m.device.Copy(c.X.Data, batch)
	m.noise(c.Noise, stream, pass)
	m.be.Fill(c.Sign, sign)
	c.program.Run()
}

// note keeps the first of a critic's numbers: its loss, and mean D(x).
func (m *moves) note(at int, c *critic[float32], count int) {
	for i := range count {
		m.device.Copy(m.numbers[at+i:][:1], c.program.Output(i).Data)
	}
}

// noise is the function of that name, by each trial's deviation.
func (m *moves) noise(to []kernels.Matrix[float32], stream kernels.Stream, pass uint32) {
	for i, x := range to {
		m.be.Normals(x.Data, kernels.Key{}, kernels.Counter{Stream: stream, Inner: layersOfNoise*pass + uint32(i)})
		m.be.ScaleBy(x, x, row(m.sigma))
	}
}

func (m *moves) codes(z kernels.Matrix[float32], stream kernels.Stream, inner uint32) {
	m.device.Uniforms(z.Data, -1, 1, stream, inner)
}

func (m *moves) fakeAhead(inner uint32) {
	m.codes(m.maker.X, kernels.StreamZ, inner)
	m.maker.run()
	if inner == 0 || !m.takenBack() {
		m.follow(m.maker.stats())
	}
}

// follow is the generator's Update.
func (m *moves) follow(stats []kernels.Matrix[float32]) {
	for i, r := range m.gen.Running {
		m.device.Follow(r.Data, stats[i].Data, nets.BatchNormDecay)
	}
}

// Generate is game's.
func (m *moves) Generate() {
	if m.shared {
		m.device.Copy(m.push.Z.Data, m.maker.X.Data)
	} else {
		m.codes(m.push.Z, kernels.StreamZG, 0)
	}
	m.noise(m.push.Noise, kernels.StreamNoiseG, 0)
	m.push.program.Run()
	m.device.Copy(m.numbers[ofGLoss:][:1], m.push.program.Output(0).Data)
	if !m.shared {
		m.follow(m.push.list)
	}
	if m.loss == nets.Minimax {
		m.realForG()
	}
	for i, g := range m.push.grads {
		m.device.Copy(m.gradsG[i], g)
	}
}

func (m *moves) realForG() {
	if !m.shared {
		m.rows.Draw(m.batchD, kernels.StreamReal, inGeneratorsStep)
	}
	m.criticise(m.judge, m.batchD, ofReal, kernels.StreamNoiseG, 1)
	m.note(ofJudge, m.judge, 1)
}

// Both is game's.
func (m *moves) Both() {
	m.Look(0)
	m.Generate()
}

// End flags parameters that are not finite.
func (m *moves) End() {
	for _, p := range slices.Concat(m.disc.Params, m.gen.Params) {
		m.device.NotFinite(m.numbers[notFinite:], p.Data)
	}
}

// row is a tensor as the matrix (1, n).
func row(x []float32) kernels.Matrix[float32] {
	return kernels.Matrix[float32]{Rows: 1, Cols: len(x), Data: x}
}
