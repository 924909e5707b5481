package gaussians

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/nets"
)

// Describe tells what a trial trains.
func (t Task) Describe(cfg training.Config) (training.Description, error) {
	s, err := read(cfg)
	if err != nil {
		return training.Description{}, err
	}
	m, err := newGame(s, t.backend())
	if err != nil {
		return training.Description{}, err
	}
	rule := fmt.Sprintf("He normal × %g", s.initScale)
	g := nets.Summarise("generator", m.maker.Fake, m.net.Params)
	d := nets.Summarise("discriminator", m.disc.DReal, m.disc.Net.Params)
	g.Initialiser, d.Initialiser = rule, rule
	return training.Description{Task: cfg.Task, Params: cfg.Params, Generator: &g, Discriminator: d, Phases: m.phases()}.Sum(), nil
}

// phases are the programs of an outer iteration as Look, Generate, Pull and
// Complete run them.
func (m *game[T]) phases() []training.Phase {
	numbers := gorgonia.Nodes{m.disc.DLoss, m.disc.DReal, m.disc.DFake}
	look := nets.WorkOf(numbers, m.disc.DGrads, "discriminator")
	gen := nets.WorkOf(gorgonia.Nodes{m.disc.GLoss}, m.genOutputs(), "discriminator")
	fakes := nets.WorkOf(gorgonia.Nodes{m.maker.Fake}, nil, "generator")
	back := nets.WorkOf(gorgonia.Nodes{m.maker.Fake}, m.maker.Grads, "generator").Less(fakes)
	if m.k == 0 {
		both := nets.WorkOf(append(numbers, m.disc.GLoss), append(m.disc.DGrads, m.disc.Cost), "discriminator")
		return []training.Phase{look.Plus(fakes).Phase("discriminator's step", 1), both.Less(look).Plus(back).Phase("generator's step", 1)}
	}
	phases := []training.Phase{}
	if m.fixed || m.together() {
		phases = append(phases, fakes.Phase("generated points", 1))
	} else {
		look, gen = look.Plus(fakes), gen.Plus(fakes)
	}
	phases = append(phases, look.Phase("look-ahead step", m.k), gen.Plus(back).Phase("generator's step", 1))
	if m.full {
		pull := nets.WorkOf(numbers, append(gorgonia.Nodes{m.disc.Pull}, m.disc.Curve...), "discriminator")
		phases = append(phases, pull.Phase("way back, a step", m.k))
	}
	return phases
}

// genOutputs are what the generator's step wants of the discriminator's graph.
func (m *game[T]) genOutputs() gorgonia.Nodes {
	out := gorgonia.Nodes{m.disc.Cost}
	if m.full {
		out = append(out, m.disc.GGrads...)
	}
	return out
}
