package mnist

import (
	"math"

	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/packed"
)

// What an iteration leaves in numbers: the metrics in the order of points, and a
// flag.
const (
	ofDLoss = iota
	ofDLabelled
	ofDReal
	ofDFake
	ofGLoss
	notFinite
	numbers
)

// inGraph is the deviation of the noise in the classifier's graphs: the normals
// are multiplied by each trial's own before.
const inGraph = 1

// moves are game's for all trials of a pack, as launches.
type moves struct {
	*game[float32]
	average *average[float32]
	device  *cuda.Pack
	batches *batches

	inputNoise, layerNoise []float32 // each trial's deviations: tensors of one element
	numbers                []float32 // of one iteration
}

func newMoves(r *run[float32], p *packed.Pack) (_ *moves, err error) {
	m := &moves{game: r.game, average: r.average, device: p.Pack, numbers: make([]float32, numbers),
		inputNoise: make([]float32, 1), layerNoise: make([]float32, 1)}
	m.batches, err = newBatches(r.game, p)
	return m, err
}

// begin gives trial i its deviations.
func (m *moves) begin(i int, s settings) error {
	if err := m.device.Write(i, m.inputNoise, []float32{float32(s.classifier.InputNoise)}); err != nil {
		return err
	}
	return m.device.Write(i, m.layerNoise, []float32{float32(s.classifier.LayerNoise)})
}

// Look is game's.
func (m *moves) Look(inner uint32) {
	if inner == 0 || !m.shared {
		m.realAhead(inner)
		m.fakeAhead(inner)
	}
	m.noise(m.seen.Noise, kernels.StreamNoise, inner)
	m.look.Run()
	if inner > 0 {
		return
	}
	m.note(ofDLoss, m.look.Output(dLoss))
	m.note(ofDLabelled, m.look.Output(dLabelled))
	if m.unsupervised {
		m.note(ofDReal, m.look.Output(dReal))
		m.note(ofDFake, m.look.Output(dFake))
	}
}

func (m *moves) note(at int, x kernels.Matrix[float32]) { m.device.Copy(m.numbers[at:][:1], x.Data) }

// realAhead gathers the labelled and the unlabelled batch.
func (m *moves) realAhead(inner uint32) {
	b := m.game.batches()
	m.batches.labelled(m.seen.X.Data[:b.Labelled*data.Pixels], m.seen.Labels.Data, inner)
	if m.unsupervised {
		m.batches.real(m.seen.X.Data[b.Labelled*data.Pixels:][:b.Unlabelled*data.Pixels], inner)
	}
}

func (m *moves) fakeAhead(inner uint32) {
	if !m.unsupervised {
		return
	}
	m.codes(m.maker.Z, kernels.StreamZ, inner)
	m.maker.run()
	b := m.game.batches()
	m.device.Copy(m.seen.X.Data[(b.Labelled+b.Unlabelled)*data.Pixels:], m.maker.images().Data)
	if inner == 0 || !m.takenBack() {
		for i, r := range m.gen.Running {
			m.follow(r, m.maker.stats()[i])
		}
	}
}

func (m *moves) follow(r nets.Running[float32], stats kernels.Matrix[float32]) {
	m.device.Follow(r.Data, stats.Data, nets.BatchNormDecay)
}

func (m *moves) codes(z kernels.Matrix[float32], stream kernels.Stream, inner uint32) {
	low, high := m.generator.Uniform()
	m.device.Uniforms(z.Data, low, high, stream, inner)
}

// noise is the function of that name, by each trial's deviations.
func (m *moves) noise(to nets.Noise[float32], stream kernels.Stream, pass uint32) {
	deviation := m.inputNoise
	for i, x := range to {
		m.be.Normals(x.Data, kernels.Key{}, kernels.Counter{Stream: stream, Inner: layersOfNoise*pass + uint32(i)})
		m.be.ScaleBy(x, x, kernels.Matrix[float32]{Rows: 1, Cols: 1, Data: deviation})
		deviation = m.layerNoise
	}
}

// Generate is game's.
func (m *moves) Generate() {
	if !m.unsupervised {
		return
	}
	a := m.against
	if m.shared {
		m.device.Copy(a.Z.Data, m.maker.Z.Data)
	} else {
		m.codes(a.Z, kernels.StreamZG, 0)
	}
	m.realForG()
	if len(a.Features.Data) > 0 {
		m.device.Copy(a.Features.Data, m.look.Output(dFeatures).Data)
	}
	if len(a.ZMatch.Data) > 0 {
		m.codes(a.ZMatch, kernels.StreamZG, 1)
	}
	for i, pass := range []nets.Noise[float32]{a.Noise, a.RealNoise, a.MatchNoise} {
		m.noise(pass, kernels.StreamNoiseG, uint32(i))
	}
	m.push.Run()
	m.note(ofGLoss, m.push.Output(0))
	m.takeStats()
}

// realForG fills in the real batch of the generator's step where its loss has
// one.
func (m *moves) realForG() {
	a, b := m.against, m.game.batches()
	switch {
	case a.Real.Rows == 0:
	case m.shared:
		m.device.Copy(a.Real.Data, m.seen.X.Data[b.Labelled*data.Pixels:][:len(a.Real.Data)])
	default:
		m.batches.realOfG(a.Real.Data)
	}
}

func (m *moves) takeStats() {
	layers := len(m.gen.Running)
	for pass := range m.against.Stats {
		if m.shared && pass == 0 {
			continue
		}
		for i, r := range m.gen.Running {
			m.follow(r, m.push.Output(1+pass*layers+i))
		}
	}
}

// Both is game's.
func (m *moves) Both() {
	m.Look(0)
	m.Generate()
}

// End takes the parameters into the average and flags those that are not finite.
func (m *moves) End() {
	for i, p := range m.average.params() {
		m.device.Average(p.Data, m.disc.Params[i].Data, m.batches.rate)
	}
	for _, p := range (&run[float32]{game: m.game}).trained() {
		m.device.NotFinite(m.numbers[notFinite:], p.Data)
	}
}

// wordsOf are a float64's two words, as float32s carry them.
func wordsOf(x float64) [2]float32 {
	b := math.Float64bits(x)
	return [2]float32{math.Float32frombits(uint32(b)), math.Float32frombits(uint32(b >> 32))}
}
