package gaussians

import (
	"errors"

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

// Evaluate scores the trial's generator and, at step 0, true data.
func (m member) Evaluate(step int64) (points []training.Point, artifacts []training.Artifact) {
	s := m.of[m.i]
	if !s.evaluates(step) {
		return nil, nil
	}
	fake, err := m.sample(m.i)
	if err != nil {
		panic(packed.Failed(err, "drawing the samples of step %d", step))
	}
	return s.evaluation(step, fake)
}

// State copies the trial's tensors from the device.
func (m member) State(step int64) checkpoint.State {
	ofG, ofD, err := m.Taken(m.i)
	if err := errors.Join(err, m.Fetch(m.i, m.model.memory()...)); err != nil {
		panic(packed.Failed(err, "reading the state of step %d", step))
	}
	m.model.loop.G.Steps, m.model.loop.D.Steps = ofG, ofD
	return m.model.State(step)
}

// Restore writes a state to the device.
func (m member) Restore(step int64, s checkpoint.State) error {
	if err := m.model.Restore(step, s); err != nil {
		return err
	}
	m.generated = nil
	return errors.Join(m.Send(m.i, m.model.memory()...), m.Restart(m.i, step, m.model.loop.G.Steps, m.model.loop.D.Steps))
}

// memory is that of the state's tensors.
func (r *run[T]) memory() (all [][]T) {
	for _, n := range r.networks() {
		for _, t := range n.tensors() {
			all = append(all, t.data)
		}
	}
	return all
}

// sample gives the evaluation's points of trial i; those of its neighbours that
// are evaluated at their step too are made along with them.
func (p *pack) sample(i int) ([]float32, error) {
	if fake, ok := p.generated[i]; ok {
		return fake, nil
	}
	awake := make([]int32, len(p.of))
	for j, s := range p.of {
		if s.evaluates(p.Stands(j)) {
			awake[j] = 1
		}
	}
	err := p.sampleAll(awake)
	return p.generated[i], err
}

func (p *pack) sampleAll(awake []int32) error {
	s := p.model.sampler
	p.generated = map[int][]float32{}
	part := make([]float32, 2*chunk)
	for c := range uint32(Drawn / chunk) {
		if err := p.Between(awake, func() {
			s.be.Normals(s.z.Data, kernels.Key{}, kernels.Counter{Stream: kernels.StreamEvalZ, Inner: c})
			s.forward.Run()
		}); err != nil {
			return err
		}
		for j, on := range awake {
			if on == 0 {
				continue
			}
			if err := p.Read(j, part, s.forward.Output(0).Data); err != nil {
				return err
			}
			p.generated[j] = append(p.generated[j], part...)
		}
	}
	return nil
}
