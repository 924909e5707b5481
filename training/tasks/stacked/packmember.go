package stacked

import (
	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/packed"
)

// Member is trial i.
func (p *pack) Member(i int) tasks.Member { return member{p, i} }

type member struct {
	*pack
	i int
}

// Evaluate counts the modes of the trial's generator: the painter's own work but
// for the generator's passes.
func (m member) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	p := *m.model.painter
	p.settings = m.of[m.i]
	p.develop = func(c kernels.Counter) {
		if err := m.develop(c); err != nil {
			panic(packed.Failed(err, "drawing the images of step %d", step))
		}
	}
	return p.evaluate(step)
}

// develop makes the trial's images of codes that it draws at the step where it
// stands, and leaves them in the painter's memory.
func (m member) develop(c kernels.Counter) error {
	p := m.model.painter
	if err := m.Between(m.Only(m.i), func() {
		m.Backend().Normals(p.z.Data, kernels.Key{}, c)
		p.forward.Run()
	}); err != nil {
		return err
	}
	return m.Fetch(m.i, p.forward.Output(0).Data)
}

// State copies the trial's state from the device.
func (m member) State(step int64) checkpoint.State {
	if err := m.fetch(); err != nil {
		panic(packed.Failed(err, "reading the state of step %d", step))
	}
	return m.model.State(step)
}

func (m member) fetch() (err error) {
	if m.model.loop.G.Steps, m.model.loop.D.Steps, err = m.Taken(m.i); err != nil {
		return err
	}
	return m.Fetch(m.i, m.model.memory()...)
}

// Restore writes a state to the device. The model's own memory carries it there:
// nothing else reads it.
func (m member) Restore(step int64, s checkpoint.State) error {
	if err := m.model.Restore(step, s); err != nil {
		return err
	}
	if err := m.Send(m.i, m.model.memory()...); err != nil {
		return err
	}
	return m.Restart(m.i, step, m.model.loop.G.Steps, m.model.loop.D.Steps)
}
