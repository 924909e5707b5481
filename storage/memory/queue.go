package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sweep/storage"
)

// Dispatch hands out pending trials in plan order, as storage/metrics does.
func (s *Store) Dispatch(_ context.Context, sweep string, limit int, packing storage.Packing) ([]storage.Dispatch, storage.Counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.sweeps[sweep]
	if !ok {
		return nil, storage.Counts{}, fmt.Errorf("sweep %s: %w", sweep, storage.ErrNotFound)
	}
	if w.State != storage.SweepRunning {
		return nil, s.counts(sweep), nil
	}
	left := len(s.trials)
	if limit > 0 {
		left = limit - len(inFlight(s.wanted(sweep, "")))
	}
	var out []storage.Dispatch
	for _, queue := range s.queues(sweep) {
		page, err := s.take(sweep, queue, left, packing)
		if err != nil {
			return nil, storage.Counts{}, err
		}
		left -= len(page)
		out = append(out, page...)
	}
	return out, s.counts(sweep), nil
}

func (s *Store) queues(sweep string) (out []string) {
	for _, t := range s.wanted(sweep, "") {
		out = append(out, t.queue)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *Store) take(sweep, queue string, n int, packing storage.Packing) ([]storage.Dispatch, error) {
	slots := s.slots(queue)
	seats := max(3*slots, 4) - workflows(inFlight(s.wanted(sweep, queue)))
	if seats <= 0 || n <= 0 {
		return nil, nil
	}
	var found, out []storage.Dispatch
	for _, t := range s.wanted(sweep, queue) {
		if t.state != storage.Pending || len(found) >= min(n, seats*max(packing.Most, 1)) {
			continue
		}
		p := s.plan[slices.IndexFunc(s.plan, func(p cell) bool { return p.sweep == sweep && p.wanted && p.row.Hash == t.hash })].row
		d := storage.Dispatch{Hash: t.hash, Experiment: p.Experiment, Task: t.task, Cell: p.Cell, Seed: t.seed, Queue: t.queue, Values: t.params}
		if err := t.describe(&d); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	for _, trials := range packing.Pack(found, seats, slots) {
		id := storage.WorkflowOf(trials)
		for _, d := range trials {
			t := s.trials[d.Hash]
			t.state, t.workflow, t.updated = storage.Dispatched, id, time.Now()
			d.Group = id
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *Store) slots(queue string) (n int) {
	for _, w := range s.workers {
		if w.Queue == queue && time.Since(w.seen) < 30*time.Second {
			n += w.Slots
		}
	}
	return n
}

func inFlight(trials []*trial) (out []*trial) {
	for _, t := range trials {
		if t.state == storage.Dispatched || t.state == storage.Running {
			out = append(out, t)
		}
	}
	return out
}

func workflows(trials []*trial) int {
	seen := map[string]bool{}
	for _, t := range trials {
		seen[t.workflow] = true
	}
	return len(seen)
}

// Undispatch gives back a trial that could not be started.
func (s *Store) Undispatch(_ context.Context, hash, workflowID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.trials[hash]; ok && t.workflow == workflowID && t.state == storage.Dispatched {
		t.state, t.workflow, t.updated = s.idle(t), "", time.Now()
	}
	return nil
}

func (t *trial) silent() bool {
	return (t.state == storage.Dispatched || t.state == storage.Running) && !time.Now().Before(t.lease)
}

// Strays lists trials in flight without a live lease, untouched for idle.
func (s *Store) Strays(_ context.Context, sweep string, idle time.Duration) ([]storage.Stray, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []storage.Stray
	for _, t := range s.wanted(sweep, "") {
		if t.silent() && time.Since(t.updated) > idle {
			out = append(out, storage.Stray{Hash: t.hash, WorkflowID: t.workflow})
		}
	}
	return out, nil
}

// Requeue puts a stray back.
func (s *Store) Requeue(_ context.Context, hash, workflowID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.trials[hash]; ok && t.workflow == workflowID && t.silent() {
		t.state, t.workflow, t.lease, t.updated = s.idle(t), "", time.Time{}, time.Now()
		t.closeLost()
	}
	return nil
}

// Retry puts failed and cancelled trials back and revives the sweep.
func (s *Store) Retry(_ context.Context, sweep string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, t := range s.wanted(sweep, "") {
		if t.state == storage.Failed || t.state == storage.Cancelled {
			t.state, t.reason = storage.Pending, ""
			n++
		}
	}
	if w := s.sweeps[sweep]; n > 0 && (w.State == storage.SweepDone || w.State == storage.SweepCancelled) {
		w.State = storage.SweepRunning
		s.clock(w)
	}
	return n, nil
}

// Settle records a group's last word.
func (s *Store) Settle(_ context.Context, w storage.Settlement) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.trials[w.Hash]
	if !ok {
		return nil, fmt.Errorf("settle trial %.12s: %w", w.Hash, storage.ErrNotFound)
	}
	if len(inFlight([]*trial{t})) == 1 && t.workflow == w.WorkflowID && w.State != storage.Finished && w.State != storage.Diverged {
		t.state, t.lease, t.updated = w.State, time.Time{}, time.Now()
		if t.state == storage.Pending {
			t.state = s.idle(t)
		}
		if w.Reason != "" {
			t.reason = w.Reason
		}
		t.closeLost()
	}
	var sweeps []string
	for _, p := range s.plan {
		if p.wanted && p.row.Hash == w.Hash && !slices.Contains(sweeps, p.sweep) {
			sweeps = append(sweeps, p.sweep)
		}
	}
	slices.Sort(sweeps)
	return sweeps, nil
}

// Paces tells how long a whole trial of each cell takes, from its attempts.
func (s *Store) Paces(_ context.Context, sweep string) ([]storage.Pace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []storage.Pace
	var steps []int64
	for _, c := range s.plan {
		if c.sweep != sweep || !c.wanted {
			continue
		}
		i := slices.IndexFunc(out, func(p storage.Pace) bool { return p.Experiment == c.row.Experiment && p.Cell == c.row.Cell })
		for _, a := range s.trials[c.row.Hash].attempts {
			if a.Outcome != "finished" && a.Outcome != "preempted" || a.LastStep <= a.FromStep {
				continue
			}
			if i < 0 {
				i, out, steps = len(out), append(out, storage.Pace{Experiment: c.row.Experiment, Cell: c.row.Cell}), append(steps, 0)
			}
			out[i].Seconds += a.Ended.Sub(a.Started).Seconds() * float64(c.row.Steps)
			steps[i] += a.LastStep - a.FromStep
		}
	}
	for i := range out {
		out[i].Seconds /= float64(steps[i])
	}
	slices.SortFunc(out, func(a, b storage.Pace) int {
		return cmp.Or(cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Cell, b.Cell))
	})
	return out, nil
}
