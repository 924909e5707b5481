package gaussians

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks"
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
		panic(failed(err, "drawing the samples of step %d", step))
	}
	return s.evaluation(step, fake)
}

// State copies the trial's tensors from the device.
func (m member) State(step int64) checkpoint.State {
	s, err := m.state(step)
	if err != nil {
		panic(failed(err, "reading the state of step %d", step))
	}
	return s
}

func failed(err error, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}

func (m member) state(step int64) (checkpoint.State, error) {
	s := checkpoint.State{Counters: map[string]int64{}}
	g, err := m.g.Get(m.i)
	if err != nil {
		return s, err
	}
	d, err := m.d.Get(m.i)
	if err != nil {
		return s, err
	}
	for i, n := range m.model.networks() {
		s.Counters[n.counter()] = []int64{g.Steps, d.Steps}[i]
		for _, t := range n.tensors() {
			x := make([]float32, len(t.data))
			if err := m.device.Read(m.i, x, t.data); err != nil {
				return s, err
			}
			s.Tensors = append(s.Tensors, checkpoint.FromFloats(t.name, t.rows, t.cols, x))
		}
	}
	for _, name := range streams {
		s.Counters["stream."+name] = step + 1
	}
	return s, nil
}

// Restore writes a state to the device. The model's own memory carries it there:
// nothing else reads it.
func (m member) Restore(step int64, s checkpoint.State) error {
	if err := m.model.Restore(step, s); err != nil {
		return err
	}
	for _, n := range m.model.networks() {
		for _, t := range n.tensors() {
			if err := m.device.Write(m.i, t.data, t.data); err != nil {
				return err
			}
		}
	}
	m.stands[m.i], m.generated = step, nil
	return m.setSteps(m.i, m.model.loop.G.Steps, m.model.loop.D.Steps)
}

// sample gives the evaluation's points of trial i; those of its neighbours that
// are evaluated at their step too are made along with them.
func (p *pack) sample(i int) ([]float32, error) {
	if fake, ok := p.generated[i]; ok {
		return fake, nil
	}
	awake := make([]int32, len(p.of))
	for j, s := range p.of {
		p.at[j].Outer = uint32(p.stands[j])
		if s.evaluates(p.stands[j]) {
			awake[j] = 1
		}
	}
	p.awake = nil
	if err := errors.Join(p.device.SetWhere(p.at), p.all.Set(awake)); err != nil {
		return nil, err
	}
	err := p.sampleAll(awake)
	return p.generated[i], err
}

func (p *pack) sampleAll(awake []int32) error {
	s := p.model.sampler
	p.generated = map[int][]float32{}
	part := make([]float32, 2*chunk)
	for c := range uint32(Drawn / chunk) {
		if err := p.device.Do(func() {
			p.all.Use()
			s.be.Normals(s.z.Data, kernels.Key{}, kernels.Counter{Stream: kernels.StreamEvalZ, Inner: c})
			s.forward.Run()
		}); err != nil {
			return err
		}
		for j, on := range awake {
			if on == 0 {
				continue
			}
			if err := p.device.Read(j, part, s.forward.Output(0).Data); err != nil {
				return err
			}
			p.generated[j] = append(p.generated[j], part...)
		}
	}
	return nil
}

// single is a pack of one as a Run.
type single struct{ *pack }

// newSingle lets the garbage collector free the device's memory: a Run is never
// closed.
func newSingle(p *pack) *single {
	s := &single{p}
	runtime.AddCleanup(s, func(p *pack) { p.Close() }, p) // nobody is left to tell of an error
	return s
}

// Step trains one outer iteration; a device that fails makes it panic.
func (s *single) Step(ctx context.Context, step int64) ([]training.Point, string) {
	out := make([]tasks.Stepped, 1)
	if err := s.pack.Step(ctx, []int64{step}, out); err != nil {
		panic(failed(err, "step %d", step))
	}
	return out[0].Points, out[0].Diverged
}

// Evaluate, State and Restore are the member's.
func (s *single) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	return s.Member(0).Evaluate(step)
}

// State is beside Evaluate.
func (s *single) State(step int64) checkpoint.State { return s.Member(0).State(step) }

// Restore is beside Evaluate.
func (s *single) Restore(step int64, state checkpoint.State) error {
	return s.Member(0).Restore(step, state)
}
