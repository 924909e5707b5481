package gaussians

import (
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/unroll"
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

// iterate is unroll.Loop's outer iteration for all trials of a pack, as launches:
// which trials a launch is for and where in their random numbers they are is in
// the device's memory.
func (p *pack) iterate() {
	p.all.Use()
	p.device.Clear(p.numbers)
	if p.of[0].rollback == unroll.Reset {
		p.resetMoments()
	}
	if len(p.ahead) == 0 {
		p.simultaneous()
	} else {
		p.lookAhead()
		p.all.Use()
		p.batchOfG()
		p.generate()
		p.stepG()
		p.wayBack()
	}
	p.check()
}

func (p *pack) simultaneous() {
	p.realAhead(0)
	p.fakeAhead(0)
	p.look()
	p.generate()
	p.stepD()
	p.stepG()
}

// lookAhead takes each trial's own k steps of D: a step's launches are for those
// that take it.
func (p *pack) lookAhead() {
	for inner := range uint32(len(p.ahead)) {
		p.ahead[inner].Use()
		p.realAhead(inner)
		p.fakeAhead(inner)
		if inner == 0 {
			p.look()
		} else {
			p.model.look.Run()
		}
		p.stepD()
		if inner == 0 {
			p.keepFirst()
		}
	}
}

// look computes D's gradients and notes its numbers.
func (p *pack) look() {
	p.model.look.Run()
	for i, from := range []int{dLoss, dReal, dFake} {
		p.device.Copy(p.numbers[ofDLoss+i:][:1], p.model.look.Output(from).Data)
	}
}

func (p *pack) realAhead(inner uint32) {
	if !p.of[0].fixed || inner == 0 {
		p.device.Points(p.model.disc.Real.Data, p.modes, kernels.StreamReal, inner)
	}
}

func (p *pack) fakeAhead(inner uint32) {
	if !p.of[0].fixed || inner == 0 {
		p.make(kernels.StreamZ, inner)
	}
}

// make draws z, makes the points and shows them to D.
func (p *pack) make(stream kernels.Stream, inner uint32) {
	m := p.model
	m.be.Normals(m.maker.Z.Data, kernels.Key{}, kernels.Counter{Stream: stream, Inner: inner})
	m.maker.forward.Run()
	p.device.Copy(m.disc.Fake.Data, m.maker.points.Data)
}

func (p *pack) batchOfG() {
	if p.of[0].fixed {
		return
	}
	if p.of[0].gLoss == nets.Minimax {
		p.device.Points(p.model.disc.Real.Data, p.modes, kernels.StreamReal, inGeneratorsStep)
	}
	p.make(kernels.StreamZG, 0)
}

func (p *pack) generate() {
	m := p.model
	m.gen.Run()
	p.device.Copy(m.maker.Cost.Data, m.gen.Output(gCost).Data)
	p.device.Copy(p.numbers[ofGLoss:][:1], m.gen.Output(gLoss).Data)
	m.maker.backward.Run()
}

func (p *pack) stepD() {
	p.d.Begin()
	if d := p.model.loop.D; p.of[0].sgd {
		for i, w := range d.Weights {
			p.device.Descend(w, d.Grads[i], p.rate, p.moves[i])
		}
	} else {
		step(p.d, d)
	}
}

func (p *pack) stepG() {
	p.g.Begin()
	step(p.g, p.model.loop.G)
}

func step(o *cuda.Optimizer, of *unroll.Player[float32]) {
	for i, w := range of.Weights {
		o.Step(w, of.M[i], of.V[i], of.Grads[i])
	}
}

func (p *pack) resetMoments() {
	p.d.Reset()
	for i := range p.model.loop.D.M {
		p.device.Clear(p.model.loop.D.M[i])
		p.device.Clear(p.model.loop.D.V[i])
	}
}

// keepFirst keeps D after look-ahead step 0. A trial whose k is 1 goes back to
// where it is.
func (p *pack) keepFirst() {
	d := p.model.loop.D
	switch p.of[0].rollback {
	case unroll.None:
	case unroll.Restore:
		p.d.Keep()
		p.copyAll(p.first, p.stateOfD())
	default:
		p.copyAll(p.first[:len(d.Weights)], d.Weights)
	}
}

func (p *pack) wayBack() {
	d := p.model.loop.D
	switch p.of[0].rollback {
	case unroll.None:
	case unroll.Restore:
		p.d.Recall()
		p.copyAll(p.stateOfD(), p.first)
	default:
		p.copyAll(d.Weights, p.first[:len(d.Weights)])
	}
}

func (p *pack) stateOfD() (all [][]float32) {
	d := p.model.loop.D
	return append(append(append(all, d.Weights...), d.M...), d.V...)
}

func (p *pack) copyAll(to, from [][]float32) {
	for i := range from {
		p.device.Copy(to[i], from[i])
	}
}

// check flags parameters that are not finite.
func (p *pack) check() {
	for _, mlp := range []*nets.MLP[float32]{p.model.net, p.model.disc.Net} {
		for _, param := range mlp.Params {
			p.device.NotFinite(p.numbers[notFinite:], param.Data)
		}
	}
}
