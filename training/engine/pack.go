package engine

import (
	"context"
	"fmt"

	"sweep/training"
	"sweep/training/tasks"
)

// PackSize is the most trials of a task that TrainPack takes; below 2 its trials
// are trained alone.
func (e *Engine) PackSize(task string) int {
	if t, ok := e.tasks[task].(tasks.PackTask); ok {
		return t.PackSize()
	}
	return 0
}

// TrainPack is Train for trials of one task and one shape that step together. A
// trial has its own checkpoints, cadence, end and error, and its own context;
// ctx stops all. What it records is what Train records, bit for bit. The error
// is the whole pack's, before any trial has begun: training.ErrMemory when fewer
// trials may fit, training.ErrAlone when trials of this shape are not packed.
func (e *Engine) TrainPack(ctx context.Context, jobs []training.PackJob) ([]training.PackResult, error) {
	p := &pack{jobs: jobs, out: make([]training.PackResult, len(jobs))}
	task, cfgs := p.sort(e)
	if len(cfgs) == 0 {
		return p.out, nil
	}
	run, err := task.OpenPack(cfgs)
	if err != nil {
		return nil, fmt.Errorf("opening a pack of %d trials: %w", len(cfgs), err)
	}
	defer run.Close()
	p.begin(run, task.Numerics())
	p.train(ctx, run)
	return p.out, nil
}

// pack are the sessions that step together.
type pack struct {
	jobs     []training.PackJob
	out      []training.PackResult
	at       []int // of member i in jobs
	sessions []*session
}

// sort takes the trials that this engine can train in a pack; the others have
// their error. A pack has one task.
func (p *pack) sort(e *Engine) (task tasks.PackTask, cfgs []training.Config) {
	for i, j := range p.jobs {
		t, err := e.task(j.Config)
		if err != nil {
			p.out[i].Err = err
			continue
		}
		together, ok := t.(tasks.PackTask)
		if !ok || task != nil && task.Name() != t.Name() {
			p.out[i].Err = fmt.Errorf("%w: task %s is not trained in this pack", training.ErrConfig, t.Name())
			continue
		}
		task, cfgs, p.at = together, append(cfgs, j.Config), append(p.at, i)
	}
	return task, cfgs
}

// begin opens the sessions; one that cannot go on from its checkpoint has its
// error, and its member never steps.
func (p *pack) begin(run tasks.Pack, numerics string) {
	p.sessions = make([]*session, len(p.at))
	for m, i := range p.at {
		s := newSession(p.jobs[i].Job, numerics, run.Member(m), p.jobs[i].Rec)
		if err := s.begin(); err != nil {
			p.out[i].Err = err
			continue
		}
		p.sessions[m] = s
	}
}

// train steps whoever has a reason to go on, until nobody has.
func (p *pack) train(ctx context.Context, run tasks.Pack) {
	steps, out := make([]int64, len(p.at)), make([]tasks.Stepped, len(p.at))
	for p.next(ctx, steps) {
		if err := run.Step(ctx, steps, out); err != nil {
			p.lose(fmt.Errorf("training a pack: %w", err))
			return
		}
		for m, s := range p.sessions {
			if s == nil {
				continue
			}
			if err := s.took(out[m].Points, out[m].Diverged); err != nil {
				p.leave(m, err)
			}
		}
	}
}

// next fills in each member's step, 0 for one that is over, and tells whether
// any is left.
func (p *pack) next(ctx context.Context, steps []int64) (any bool) {
	for m, s := range p.sessions {
		steps[m] = 0
		if s == nil {
			continue
		}
		own := p.jobs[p.at[m]].Ctx
		if ctx.Err() != nil {
			own = ctx
		}
		step, err := s.next(own)
		if err != nil || step == 0 {
			p.leave(m, err)
			continue
		}
		steps[m], any = step, true
	}
	return any
}

// leave ends a member's session.
func (p *pack) leave(m int, err error) {
	out := &p.out[p.at[m]]
	if out.Err = err; err == nil {
		out.Result = p.sessions[m].result()
	}
	p.sessions[m] = nil
}

// lose ends every session that is left.
func (p *pack) lose(err error) {
	for m, s := range p.sessions {
		if s != nil {
			p.leave(m, err)
		}
	}
}
