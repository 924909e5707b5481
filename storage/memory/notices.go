package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sweep/storage"
)

// PutNotice records a notice once, and says whether it is delivered.
func (s *Store) PutNotice(_ context.Context, n storage.Notice) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.notice(n.ID); i >= 0 {
		return s.notices[i].Delivered != nil, nil
	}
	n.Tries, n.Problem, n.Delivered = 0, "", nil
	s.notices = append(s.notices, n)
	return false, nil
}

// MarkNotice records how a try to deliver ended.
func (s *Store) MarkNotice(_ context.Context, id, problem string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.notice(id)
	if i < 0 {
		return fmt.Errorf("notification %s: %w", id, storage.ErrNotFound)
	}
	n := &s.notices[i]
	n.Tries++
	if n.Delivered != nil {
		return nil
	}
	if n.Problem = problem; problem == "" {
		now := time.Now()
		n.Delivered = &now
	}
	return nil
}

func (s *Store) notice(id string) int {
	return slices.IndexFunc(s.notices, func(n storage.Notice) bool { return n.ID == id })
}

// Notices lists a sweep's notifications, newest first.
func (s *Store) Notices(_ context.Context, sweep string) ([]storage.Notice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []storage.Notice
	for _, n := range s.notices {
		if n.Sweep == sweep {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b storage.Notice) int { return b.Created.Compare(a.Created) })
	return out, nil
}

// Unwell counts failed and diverged trials by experiment, in the names' order.
func (s *Store) Unwell(_ context.Context, sweep string) ([]storage.Unwell, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	by, seen := map[string]*storage.Unwell{}, map[string]bool{}
	for _, p := range s.plan {
		if p.sweep != sweep || !p.wanted || seen[p.row.Experiment+"/"+p.row.Hash] {
			continue
		}
		seen[p.row.Experiment+"/"+p.row.Hash] = true
		u := by[p.row.Experiment]
		if u == nil {
			u = &storage.Unwell{Experiment: p.row.Experiment}
			by[p.row.Experiment] = u
		}
		u.Total++
		switch s.trials[p.row.Hash].state {
		case storage.Failed:
			u.Failed++
		case storage.Diverged:
			u.Diverged++
		}
	}
	var out []storage.Unwell
	for _, u := range by {
		if u.Failed+u.Diverged > 0 {
			out = append(out, *u)
		}
	}
	slices.SortFunc(out, func(a, b storage.Unwell) int { return strings.Compare(a.Experiment, b.Experiment) })
	return out, nil
}

// Webhooks lists what live workers can deliver to, and how many deliver.
func (s *Store) Webhooks(context.Context) ([]string, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	workers := 0
	for _, w := range s.workers {
		if w.Webhooks != nil && time.Since(w.seen) < 30*time.Second {
			workers++
			names = append(names, w.Webhooks...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), workers, nil
}
