package mnist

import (
	"errors"
	"fmt"
	"math"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/plan"
	"sweep/training/tasks"
	"sweep/training/tasks/packed"
)

// openOn makes a trial on a backend.
func (t Task) openOn(cfg training.Config, be kernels.Backend[float32]) (tasks.Run, error) {
	t.Backend = func() kernels.Backend[float32] { return be }
	return t.Open(cfg)
}

// Member is trial i.
func (p *pack) Member(i int) tasks.Member { return member{p, i} }

type member struct {
	*pack
	i int
}

// memory is that of the state's tensors, and of the averaged classifier's scales,
// which its trained one has too.
func (r *run[T]) memory() (all [][]T) {
	for _, t := range r.tensors() {
		all = append(all, t.data)
	}
	if r.average.seen != r.average.of {
		for _, p := range r.average.seen.Fixed {
			all = append(all, p.Data)
		}
	}
	return all
}

// become makes the model trial i, as it is on the device.
func (p *pack) become(i int) error {
	ofG, ofD, err := p.Taken(i)
	if err := errors.Join(err, p.Fetch(i, p.model.memory()...)); err != nil {
		return err
	}
	r := p.model
	r.settings, r.images, r.best = p.of[i], p.images[i], p.best[i]
	r.loop.G.Steps, r.loop.D.Steps = ofG, ofD
	r.judge.run = func() { p.runFor(i, r.judge.x.Data, r.judge.pass) }
	if r.painter != nil {
		r.painter.key = r.key
		r.painter.run = func() { p.runFor(i, r.painter.maker.Z.Data, r.painter.maker.program) }
	}
	return nil
}

// runFor runs a program for trial i alone: its input goes to the device, its first
// output comes back.
func (p *pack) runFor(i int, in []float32, program *plan.Program[float32]) {
	err := errors.Join(p.Send(i, in), p.Between(p.Only(i), program.Run), p.Fetch(i, program.Output(0).Data))
	if err != nil {
		panic(packed.Failed(err, "an evaluation of step %d", p.Stands(i)))
	}
}

// evaluateOnDevice runs what evaluations run for nobody: its memory is there from
// now on.
func (p *pack) evaluateOnDevice() error {
	return p.Between(make([]int32, len(p.of)), func() {
		p.model.judge.pass.Run()
		if p.model.painter != nil {
			p.model.painter.maker.run()
		}
	})
}

// Evaluate scores the trial's classifier and draws its generator's pictures.
func (m member) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	if !m.of[m.i].evaluates(step) {
		return nil, nil
	}
	if err := m.become(m.i); err != nil {
		panic(packed.Failed(err, "reading the state of step %d", step))
	}
	points, artifacts := m.model.Evaluate(step)
	m.best[m.i] = m.model.best
	return points, artifacts
}

// State copies the trial's tensors from the device.
func (m member) State(step int64) checkpoint.State {
	if err := m.become(m.i); err != nil {
		panic(packed.Failed(err, "reading the state of step %d", step))
	}
	return m.model.State(step)
}

// Restore writes a state to the device.
func (m member) Restore(step int64, s checkpoint.State) error {
	r := m.model
	if err := r.Restore(step, s); err != nil {
		return err
	}
	r.average.show(max(step, 1)) // the scales alone: the average is the state's
	m.best[m.i] = r.best
	return errors.Join(m.Send(m.i, r.memory()...), m.Restart(m.i, step, r.loop.G.Steps, r.loop.D.Steps))
}

// stepped is trial i's numbers of the last iteration.
func (p *pack) stepped(i int) (tasks.Stepped, error) {
	n, step := p.Numbers(i), p.Stands(i)
	metrics := []string{"d_loss", "d_labelled", "d_real", "d_fake", "g_loss"}
	if !p.of[i].unsupervised {
		metrics = metrics[:2]
	}
	points := p.points[i][:len(metrics)]
	for j, metric := range metrics {
		points[j] = training.Point{Metric: metric, Value: float64(n[j])}
	}
	out := tasks.Stepped{Points: points, Diverged: packed.Infinite(points, step)}
	if out.Diverged != "" || !p.of[i].evaluates(step) || math.Float32bits(n[notFinite]) == 0 {
		return out, nil
	}
	why, err := p.diverged(i)
	out.Diverged = why
	return out, err
}

// diverged finds trial i's first parameter that is not finite.
func (p *pack) diverged(i int) (string, error) {
	for _, param := range p.model.trained() {
		x := make([]float32, len(param.Data))
		if err := p.Read(i, x, param.Data); err != nil {
			return "", err
		}
		if !kernels.NewReference[float32]().Finite(x) {
			return fmt.Sprintf("%s is not finite at step %d", param.Name, p.Stands(i)), nil
		}
	}
	return "", fmt.Errorf("trial %d: the device saw a parameter that is not finite, and there is none", i)
}
