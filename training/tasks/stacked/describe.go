package stacked

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/nets"
)

// Describe tells what a trial trains. It reads no data.
func (t Task) Describe(cfg training.Config) (training.Description, error) {
	m, err := newGame(read(cfg), nil, t.backend())
	if err != nil {
		return training.Description{}, err
	}
	g, d := nets.SummariseConv("generator", m.gen), nets.SummariseConv("discriminator", m.disc)
	g.Initialiser = fmt.Sprintf("normal × %g", m.initSD)
	d.Initialiser = g.Initialiser
	return training.Description{Task: cfg.Task, Params: cfg.Params, Generator: &g, Discriminator: d, Phases: m.phases()}.Sum(), nil
}

// phases are the programs of an outer iteration as Look, Generate and Pull run
// them.
func (m *game[T]) phases() []training.Phase {
	look := nets.WorkOf(m.numbers(), m.against.DGrads, "discriminator")
	push := nets.WorkOf(gorgonia.Nodes{m.against.GLoss}, m.pushOutputs(), "discriminator")
	images := nets.WorkOf(gorgonia.Nodes{m.maker.Fake}, nil, "generator")
	back := nets.WorkOf(gorgonia.Nodes{m.maker.Fake}, m.maker.Grads, "generator").Less(images)
	if m.k == 0 {
		both := nets.WorkOf(append(m.numbers(), m.against.GLoss), append(m.pushOutputs(), m.against.DGrads...), "discriminator")
		return []training.Phase{look.Plus(images).Phase("discriminator's step", 1), both.Less(look).Plus(back).Phase("generator's step", 1)}
	}
	var phases []training.Phase
	if m.fixed {
		phases = append(phases, images.Phase("generated images", 1))
	} else {
		look, push = look.Plus(images), push.Plus(images)
	}
	phases = append(phases, look.Phase("look-ahead step", m.k), push.Plus(back).Phase("generator's step", 1))
	if m.full {
		pull := nets.WorkOf(m.numbers(), m.pullOutputs(), "discriminator")
		if m.separate() {
			pull = pull.Plus(images).Plus(back)
		}
		phases = append(phases, pull.Phase("way back, a step", m.k))
	}
	return phases
}
