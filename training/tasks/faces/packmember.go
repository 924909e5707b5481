package faces

import (
	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
	"sweep/training/tasks/packed"
)

// Member is trial i.
func (p *pack) Member(i int) tasks.Member { return member{p, i} }

type member struct {
	*pack
	i int
}

// Evaluate draws the trial's pictures and scores them: the painter's own work but
// for the generator's passes.
func (m member) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	p := *m.model.painter
	p.settings = m.of[m.i]
	p.develop = func() {
		if err := m.develop(); err != nil {
			panic(packed.Failed(err, "drawing the pictures of step %d", step))
		}
	}
	return p.evaluate(step)
}

// develop makes the trial's pictures of the codes in the painter's maker, and
// leaves them there.
func (m member) develop() error {
	maker := m.model.painter.maker
	if err := m.Send(m.i, maker.X.Data); err != nil {
		return err
	}
	if err := m.Between(m.Only(m.i), maker.run); err != nil {
		return err
	}
	return m.Fetch(m.i, maker.pictures().Data)
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
