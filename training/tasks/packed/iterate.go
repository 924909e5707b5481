package packed

import (
	"sweep/training/kernels/cuda"
	"sweep/training/unroll"
)

// iterate is unroll.Loop's outer iteration for all trials of a pack, as launches:
// which trials a launch is for and where in their random numbers they are is in
// the device's memory.
func (p *Pack) iterate(game Game) {
	p.all.Use()
	p.Clear(p.numbers)
	if p.rollback == unroll.Reset {
		p.resetMoments()
	}
	if len(p.ahead) == 0 {
		game.Both()
		p.stepD()
		p.stepG()
	} else {
		p.lookAhead(game)
		p.all.Use()
		game.Generate()
		p.stepG()
		p.wayBack()
	}
	game.End()
}

// lookAhead takes each trial's own k steps of D: a step's launches are for those
// that take it.
func (p *Pack) lookAhead(game Game) {
	for inner := range p.ahead {
		p.ahead[inner].Use()
		game.Look(uint32(inner))
		p.stepD()
		if inner == 0 {
			p.keepFirst()
		}
	}
}

func (p *Pack) stepD() {
	p.ofD.Begin()
	if !p.sgd {
		step(p.ofD, p.d)
		return
	}
	for i, w := range p.d.Weights {
		p.Descend(w, p.d.Grads[i], p.rate, p.moves[i])
	}
}

func (p *Pack) stepG() {
	p.ofG.Begin()
	step(p.ofG, p.g)
}

func step(o *cuda.Optimizer, of *unroll.Player[float32]) {
	for i, w := range of.Weights {
		o.Step(w, of.M[i], of.V[i], of.Grads[i])
	}
}

func (p *Pack) resetMoments() {
	p.ofD.Reset()
	for i := range p.d.M {
		p.Clear(p.d.M[i])
		p.Clear(p.d.V[i])
	}
}

// keepFirst keeps D after look-ahead step 0. A trial whose k is 1 goes back to
// where it is.
func (p *Pack) keepFirst() {
	switch {
	case !p.goesBack():
	case p.rollback == unroll.Restore:
		p.ofD.Keep()
		p.copyAll(p.first, p.stateOfD())
	default:
		p.copyAll(p.first[:len(p.d.Weights)], p.d.Weights)
	}
}

func (p *Pack) wayBack() {
	switch {
	case !p.goesBack():
	case p.rollback == unroll.Restore:
		p.ofD.Recall()
		p.copyAll(p.stateOfD(), p.first)
	default:
		p.copyAll(p.d.Weights, p.first[:len(p.d.Weights)])
	}
}

// goesBack tells whether any trial has a way back: with one look-ahead step there
// is none, and copying large networks costs as much as stepping them.
func (p *Pack) goesBack() bool { return p.rollback != unroll.None && len(p.ahead) > 1 }

func (p *Pack) stateOfD() (all [][]float32) {
	return append(append(append(all, p.d.Weights...), p.d.M...), p.d.V...)
}

func (p *Pack) copyAll(to, from [][]float32) {
	for i := range from {
		p.Copy(to[i], from[i])
	}
}
