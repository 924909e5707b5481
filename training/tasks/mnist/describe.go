package mnist

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/nets"
)

// Describe tells what a trial trains. It reads no data.
func (t Task) Describe(cfg training.Config) (training.Description, error) {
	m := &game[float32]{settings: read(cfg), be: t.backend()}
	m.networks()
	if err := m.compile(); err != nil {
		return training.Description{}, fmt.Errorf("task mnist-ssl: %w", err)
	}
	out := training.Description{Task: cfg.Task, Params: cfg.Params, Phases: m.phases()}
	out.Discriminator = nets.Summarise("discriminator", m.logits(), m.disc.Params)
	out.Discriminator.Initialiser = m.rule()
	if m.unsupervised {
		g := nets.Summarise("generator", m.maker.Images, m.gen.Params)
		g.Initialiser = "Glorot normal"
		out.Generator = &g
	}
	return out.Sum(), nil
}

// logits is a node that one pass of the discriminator leads to.
func (m *game[T]) logits() *gorgonia.Node { return m.seen.DLabelled }

// rule is deviation and firstBatch in words.
func (m *game[T]) rule() string {
	rule := "Glorot normal"
	if m.improved {
		rule = "normal"
	}
	if m.classifier.WeightNorm {
		rule += ", scales by data"
	}
	return rule
}

// phases are the programs of an outer iteration as Look and Generate run them.
func (m *game[T]) phases() []training.Phase {
	numbers := gorgonia.Nodes{m.seen.DLoss}
	if m.unsupervised {
		numbers = append(numbers, m.seen.DReal, m.seen.DFake)
	}
	look := nets.WorkOf(numbers, m.seen.DGrads, "discriminator")
	steps := max(m.k, 1)
	if !m.unsupervised {
		return []training.Phase{look.Phase("look-ahead step", steps)}
	}
	images := nets.WorkOf(gorgonia.Nodes{m.maker.Images}, nil, "generator")
	phases := []training.Phase{}
	if m.shared {
		phases = append(phases, images.Phase("generated images", 1))
	} else {
		look = look.Plus(images)
	}
	push := nets.WorkOf(gorgonia.Nodes{m.against.GLoss}, m.against.GGrads, "generator", "discriminator")
	return append(phases, look.Phase("look-ahead step", steps), push.Phase("generator's step", 1))
}
