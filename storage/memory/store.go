package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"sweep/storage"
)

// Store keeps sweeps, trials, attempts and points. New makes one.
type Store struct {
	mu      sync.Mutex
	sweeps  map[string]*storage.Sweep
	trials  map[string]*trial
	plan    []cell
	workers map[string]worker
	since   map[string]time.Time // when a running sweep began to run
	notices []storage.Notice
}

type cell struct {
	sweep  string
	row    storage.PlanRow
	wanted bool
}

type worker struct {
	storage.Worker
	seen time.Time
}

// trial is one trial; points[metric] are single points in ascending step order.
type trial struct {
	hash, task, queue string
	config, params    []byte
	seed, steps       int64
	state             storage.TrialState
	workflow          string
	numerics          string
	fence, step       int64
	replay            int64
	lease             time.Time // zero: no attempt is open
	updated           time.Time
	reason            string
	nondeterministic  bool
	points            map[string][]point
	gone              map[string][]point // rolled back
	chunks            map[string][]span  // as committed, to tell a resent chunk
	checkpoints       []storage.Checkpoint
	artifacts         []storage.Artifact
	digests           map[string][]string // of rolled-back checkpoints and artifacts
	attempts          []storage.Attempt
}

type point struct {
	step  int64
	value float64
}

// New makes an empty store.
func New() *Store {
	return &Store{sweeps: map[string]*storage.Sweep{}, trials: map[string]*trial{}, workers: map[string]worker{}, since: map[string]time.Time{}}
}

// PutSweep stores a file or a new revision of it.
func (s *Store) PutSweep(_ context.Context, w storage.Sweep) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Revision, w.State, w.Submitted = 1, storage.SweepRunning, time.Now()
	if old, ok := s.sweeps[w.Name]; ok {
		w.Revision = old.Revision
		if string(old.Text) != string(w.Text) {
			w.Revision++
		}
		w.Ran = old.Ran
	}
	s.sweeps[w.Name] = &w
	s.clock(&w)
	return w.Revision, nil
}

// Sweep reads one sweep.
func (s *Store) Sweep(_ context.Context, name string) (storage.Sweep, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.sweeps[name]
	if !ok {
		return storage.Sweep{}, fmt.Errorf("sweep %s: %w", name, storage.ErrNotFound)
	}
	out := *w
	if since := s.since[name]; !since.IsZero() {
		out.Ran += time.Since(since)
	}
	return out, nil
}

// clock starts and stops the count of how long a sweep has been running.
func (s *Store) clock(w *storage.Sweep) {
	since := s.since[w.Name]
	switch {
	case w.State == storage.SweepRunning && since.IsZero():
		s.since[w.Name] = time.Now()
	case w.State != storage.SweepRunning && !since.IsZero():
		w.Ran += time.Since(since)
		delete(s.since, w.Name)
	}
}

// SetSweepState records what the user asked.
func (s *Store) SetSweepState(_ context.Context, name string, state storage.SweepState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.sweeps[name]
	if !ok {
		return fmt.Errorf("sweep %s: %w", name, storage.ErrNotFound)
	}
	w.State = state
	s.clock(w)
	for _, t := range s.wanted(name, "") {
		if state == storage.SweepCancelled && t.state == storage.Pending {
			t.state = s.idle(t)
		}
	}
	return nil
}

// WritePlan makes rows the sweep's plan, all or nothing.
func (s *Store) WritePlan(_ context.Context, sweep string, _ []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (c storage.PlanCounts, err error) {
	var all []storage.PlanRow
	for r, err := range rows {
		if err != nil {
			return c, err
		}
		all = append(all, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.sweeps[sweep]
	if !ok {
		return c, fmt.Errorf("sweep %s: %w", sweep, storage.ErrNotFound)
	}
	seen := map[string]bool{}
	for _, r := range all {
		if !seen[r.Hash] {
			s.planTrial(sweep, r, &c)
		}
		seen[r.Hash] = true
	}
	s.planCells(w, all, &c)
	return c, nil
}

func (s *Store) planTrial(sweep string, r storage.PlanRow, c *storage.PlanCounts) {
	t, ok := s.trials[r.Hash]
	if !ok {
		s.trials[r.Hash] = &trial{hash: r.Hash, task: r.Task, queue: r.Queue, config: r.Config, params: r.Params, seed: r.Seed, steps: r.Steps,
			state: storage.Pending, step: -1, replay: -1, updated: time.Now(),
			points: map[string][]point{}, gone: map[string][]point{}, chunks: map[string][]span{}, digests: map[string][]string{}}
		c.New++
		return
	}
	others := func(p cell) bool { return p.sweep != sweep && p.wanted && p.row.Hash == r.Hash }
	mine := func(p cell) bool { return p.sweep == sweep && p.row.Hash == r.Hash }
	switch t.state {
	case storage.Finished, storage.Diverged:
		c.Reused++
	case storage.Failed, storage.Cancelled:
		c.Rerun++
		t.state, t.reason = storage.Pending, ""
	case storage.Dispatched, storage.Running:
		if slices.ContainsFunc(s.plan, others) && !slices.ContainsFunc(s.plan, mine) {
			c.Shared++
		}
	}
}

func (s *Store) planCells(w *storage.Sweep, rows []storage.PlanRow, c *storage.PlanCounts) {
	same := func(a, b storage.PlanRow) bool {
		return a.Experiment == b.Experiment && a.Cell == b.Cell && a.Hash == b.Hash
	}
	for i, p := range s.plan {
		named := slices.ContainsFunc(rows, func(r storage.PlanRow) bool { return same(r, p.row) })
		if p.sweep != w.Name || named || !p.wanted || (len(w.Only) > 0 && !slices.Contains(w.Only, p.row.Experiment)) {
			continue
		}
		c.Unlinked++
		s.plan[i].wanted = !w.Prune
	}
	for _, r := range rows {
		i := slices.IndexFunc(s.plan, func(p cell) bool { return p.sweep == w.Name && same(p.row, r) })
		if i < 0 {
			i, s.plan = len(s.plan), append(s.plan, cell{})
		}
		s.plan[i] = cell{sweep: w.Name, row: r, wanted: true}
	}
	for _, p := range s.plan {
		if p.sweep == w.Name && p.wanted {
			c.Trials++
		}
	}
}

// wanted lists the distinct trials that a sweep wants, in plan order; queue ""
// means any.
func (s *Store) wanted(sweep, queue string) []*trial {
	cells := slices.Clone(s.plan)
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(a.row.Index, b.row.Index) })
	var out []*trial
	for _, p := range cells {
		t := s.trials[p.row.Hash]
		if p.sweep == sweep && p.wanted && (queue == "" || t.queue == queue) && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// idle is where a trial goes that nobody trains.
func (s *Store) idle(t *trial) storage.TrialState {
	if w := s.want(t); w == storage.WantRun || w == storage.WantPause {
		return storage.Pending
	}
	return storage.Cancelled
}

func (s *Store) want(t *trial) storage.Wanted {
	states := map[storage.SweepState]bool{}
	for _, p := range s.plan {
		if p.wanted && p.row.Hash == t.hash {
			states[s.sweeps[p.sweep].State] = true
		}
	}
	switch {
	case states[storage.SweepRunning]:
		return storage.WantRun
	case states[storage.SweepPaused]:
		return storage.WantPause
	}
	return storage.WantCancel
}

// Beat says that a worker is alive.
func (s *Store) Beat(_ context.Context, w storage.Worker) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers[w.Name] = worker{w, time.Now()}
	return nil
}

// Counts counts a sweep's trials by state.
func (s *Store) Counts(_ context.Context, sweep string) (storage.Counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts(sweep), nil
}

func (s *Store) counts(sweep string) (c storage.Counts) {
	at := map[storage.TrialState]*int{storage.Pending: &c.Pending, storage.Dispatched: &c.Dispatched, storage.Running: &c.Running,
		storage.Finished: &c.Finished, storage.Diverged: &c.Diverged, storage.Failed: &c.Failed, storage.Cancelled: &c.Cancelled}
	for _, t := range s.wanted(sweep, "") {
		*at[t.state]++
	}
	return c
}

// params reads a trial's parameters as "name=value", sorted, and the integers
// that have columns of their own.
func (t *trial) describe(d *storage.Dispatch) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(t.params, &m); err != nil {
		return fmt.Errorf("parameters of trial %.12s: %w", t.hash, err)
	}
	d.K, d.ZDim, d.Labels = -1, -1, -1
	ints := map[string]*int64{"k": &d.K, "z_dim": &d.ZDim, "labels": &d.Labels}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		var text string
		if json.Unmarshal(m[name], &text) != nil {
			text = string(m[name])
		}
		d.Params = append(d.Params, name+"="+text)
		if p, ok := ints[name]; ok {
			if err := json.Unmarshal(m[name], p); err != nil {
				*p = -1
			}
		}
	}
	return nil
}
