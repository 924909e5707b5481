package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sweep/storage"
)

// Dispatch hands out pending trials in plan order, as storage/metrics does.
func (s *Store) Dispatch(_ context.Context, sweep string, limit int) ([]storage.Dispatch, storage.Counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.sweeps[sweep]
	if !ok {
		return nil, storage.Counts{}, fmt.Errorf("sweep %s: %w", sweep, storage.ErrNotFound)
	}
	if w.State != storage.SweepRunning {
		return nil, s.counts(sweep), nil
	}
	var out []storage.Dispatch
	for _, t := range s.wanted(sweep, "") {
		full := limit > 0 && inFlight(s.wanted(sweep, "")) >= limit
		if t.state != storage.Pending || full || inFlight(s.wanted(sweep, t.queue)) >= s.window(t.queue) {
			continue
		}
		p := s.plan[slices.IndexFunc(s.plan, func(p cell) bool { return p.sweep == sweep && p.wanted && p.row.Hash == t.hash })].row
		d := storage.Dispatch{Hash: t.hash, Experiment: p.Experiment, Task: t.task, Cell: p.Cell, Seed: t.seed, Queue: t.queue}
		if err := t.describe(&d); err != nil {
			return nil, storage.Counts{}, err
		}
		t.state, t.workflow, t.updated = storage.Dispatched, "group/"+t.hash, time.Now()
		out = append(out, d)
	}
	return out, s.counts(sweep), nil
}

func (s *Store) window(queue string) int {
	slots := 0
	for _, w := range s.workers {
		if w.Queue == queue && time.Since(w.seen) < 30*time.Second {
			slots += w.Slots
		}
	}
	return max(3*slots, 4)
}

func inFlight(trials []*trial) (n int) {
	for _, t := range trials {
		if t.state == storage.Dispatched || t.state == storage.Running {
			n++
		}
	}
	return n
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
	if inFlight([]*trial{t}) == 1 && t.workflow == w.WorkflowID && w.State != storage.Finished && w.State != storage.Diverged {
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
