package faces

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/nets"
)

// Describe tells what a trial trains. It reads no data.
func (t Task) Describe(cfg training.Config) (training.Description, error) {
	m := &game[float32]{settings: read(cfg), be: t.backend()}
	if err := m.networks(); err != nil {
		return training.Description{}, fmt.Errorf("task faces: %w", err)
	}
	if err := m.compile(); err != nil {
		return training.Description{}, fmt.Errorf("task faces: %w", err)
	}
	rule := fmt.Sprintf("He normal × %g", m.initScale)
	g := nets.SummariseConv("generator", m.gen)
	d := nets.SummariseConv("discriminator", m.disc)
	g.Initialiser, d.Initialiser = rule, rule
	return training.Description{Task: cfg.Task, Params: cfg.Params, Generator: &g, Discriminator: d, Phases: m.phases()}.Sum(), nil
}

// phases are the programs of an outer iteration as Look and Generate run them:
// the discriminator sees the real and the generated batch one after the other.
func (m *game[T]) phases() []training.Phase {
	pictures := nets.WorkOf(gorgonia.Nodes{m.maker.Out}, nil, "generator")
	batch := nets.WorkOf(gorgonia.Nodes{m.look.Loss, m.look.Score}, m.look.Grads, "discriminator")
	push := nets.WorkOf(gorgonia.Nodes{m.push.GLoss}, m.pushOutputs(), "generator", "discriminator")
	if m.judge != nil {
		push = push.Plus(nets.WorkOf(gorgonia.Nodes{m.judge.Loss}, m.judge.gradientNodes(), "discriminator"))
	}
	steps := max(m.k, 1)
	look := batch.Plus(batch)
	phases := []training.Phase{}
	if m.shared {
		phases = append(phases, pictures.Phase("generated pictures", 1))
	} else {
		look = look.Plus(pictures)
	}
	phases = append(phases, look.Phase("look-ahead step", steps), push.Phase("generator's step", 1))
	if w := m.way; w != nil {
		second := nets.WorkOf(gorgonia.Nodes{w.Loss}, append(gorgonia.Nodes{w.ConvCurve.Pull}, w.Curve...), "discriminator")
		back := nets.WorkOf(gorgonia.Nodes{w.gen.Out}, w.gen.Grads, "generator")
		phases = append(phases, second.Plus(second).Plus(back).Phase("way back, a step", steps))
	}
	return phases
}

// pushOutputs are what the generator's step computes beside its loss.
func (m *game[T]) pushOutputs() gorgonia.Nodes {
	if m.full {
		return append(append(gorgonia.Nodes{}, m.push.GGrads...), m.push.DGrads...)
	}
	return m.push.GGrads
}
