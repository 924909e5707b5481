package memory

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"sweep/storage"
)

// span is a committed chunk's place.
type span struct{ first, last int64 }

// Commit checks everything before it writes anything.
func (s *Store) Commit(_ context.Context, c storage.Commit) (storage.Wanted, error) {
	if c.Lease <= 0 {
		return "", fmt.Errorf("%w: no lease", storage.ErrInvalid)
	}
	if err := wellFormed(c); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.open(c.Hash, c.Fence)
	if err != nil {
		return "", err
	}
	fresh, err := t.fresh(c)
	if err != nil {
		return "", err
	}
	if err := t.checkObjects(c, fresh); err != nil {
		return "", err
	}
	t.write(c, fresh)
	return s.want(t), nil
}

func wellFormed(c storage.Commit) error {
	last := map[string]int64{}
	for _, k := range c.Chunks {
		n := len(k.Steps)
		if n == 0 || n > storage.MaxChunk || n != len(k.Values) || k.Metric == "" || k.Steps[0] < 0 {
			return fmt.Errorf("%w: metric %q", storage.ErrInvalid, k.Metric)
		}
		for i := 1; i < n; i++ {
			if k.Steps[i] <= k.Steps[i-1] {
				return fmt.Errorf("%w: metric %q: steps do not ascend", storage.ErrInvalid, k.Metric)
			}
		}
		if before, ok := last[k.Metric]; ok && k.Steps[0] <= before {
			return fmt.Errorf("%w: metric %q: chunks do not ascend", storage.ErrInvalid, k.Metric)
		}
		last[k.Metric] = k.Steps[n-1]
		if p := c.Checkpoint; p != nil && k.Steps[0] <= p.Step && k.Steps[n-1] > p.Step {
			return fmt.Errorf("%w: metric %q straddles the checkpoint", storage.ErrInvalid, k.Metric)
		}
	}
	return nil
}

// fresh returns the chunks that do not stand yet.
func (t *trial) fresh(c storage.Commit) ([]storage.Chunk, error) {
	var out []storage.Chunk
	for _, k := range c.Chunks {
		first, last := k.Steps[0], k.Steps[len(k.Steps)-1]
		stands := slices.ContainsFunc(t.chunks[k.Metric], func(o span) bool { return o.first <= last && o.last >= first })
		switch {
		case stands && !t.has(k):
			return nil, fmt.Errorf("metric %s, steps %d to %d: %w", k.Metric, first, last, storage.ErrConflict)
		case stands:
			continue
		case first <= t.saved():
			return nil, fmt.Errorf("%w: metric %s: step %d is behind the checkpoint", storage.ErrInvalid, k.Metric, first)
		}
		out = append(out, k)
	}
	return out, nil
}

// has tells whether exactly this chunk stands.
func (t *trial) has(k storage.Chunk) bool {
	if !slices.Contains(t.chunks[k.Metric], span{k.Steps[0], k.Steps[len(k.Steps)-1]}) {
		return false
	}
	have := between(t.points[k.Metric], k.Steps[0], k.Steps[len(k.Steps)-1])
	return slices.EqualFunc(have, pointsOf(k), func(a, b point) bool { return a.step == b.step && same(a.value, b.value) })
}

func between(all []point, first, last int64) (out []point) {
	for _, p := range all {
		if p.step >= first && p.step <= last {
			out = append(out, p)
		}
	}
	return out
}

func pointsOf(k storage.Chunk) []point {
	out := make([]point, len(k.Steps))
	for i := range out {
		out[i] = point{k.Steps[i], k.Values[i]}
	}
	return out
}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || (math.IsNaN(a) && math.IsNaN(b))
}

// checkObjects refuses a checkpoint or artifact that cannot stand here.
func (t *trial) checkObjects(c storage.Commit, fresh []storage.Chunk) error {
	for _, a := range c.Artifacts {
		for _, b := range t.artifacts {
			if a.Name == b.Name && a.Step == b.Step && a.SHA256 != b.SHA256 {
				return fmt.Errorf("artifact %s at step %d: %w", a.Name, a.Step, storage.ErrConflict)
			}
		}
	}
	if c.Checkpoint == nil {
		return nil
	}
	for _, b := range t.checkpoints {
		if b.Step == c.Checkpoint.Step && b.SHA256 != c.Checkpoint.SHA256 {
			return fmt.Errorf("checkpoint at step %d: %w", b.Step, storage.ErrConflict)
		}
	}
	straddles := func(o span) bool { return o.first <= c.Checkpoint.Step && o.last > c.Checkpoint.Step }
	for m, spans := range t.chunks {
		if slices.ContainsFunc(spans, straddles) {
			return fmt.Errorf("%w: metric %s straddles the checkpoint", storage.ErrInvalid, m)
		}
	}
	known := slices.ContainsFunc(t.checkpoints, func(b storage.Checkpoint) bool { return b.Step == c.Checkpoint.Step })
	if c.Checkpoint.Step < t.saved() && !known {
		return fmt.Errorf("%w: checkpoint at step %d is older than the newest", storage.ErrInvalid, c.Checkpoint.Step)
	}
	return nil
}

func (t *trial) write(c storage.Commit, fresh []storage.Chunk) {
	for _, k := range fresh {
		first, last := k.Steps[0], k.Steps[len(k.Steps)-1]
		t.nondeterministic = t.nondeterministic || t.differs(k)
		t.points[k.Metric] = append(t.points[k.Metric], pointsOf(k)...)
		t.chunks[k.Metric] = append(t.chunks[k.Metric], span{first, last})
	}
	for _, a := range c.Artifacts {
		if !slices.ContainsFunc(t.artifacts, func(b storage.Artifact) bool { return a.Name == b.Name && a.Step == b.Step }) {
			t.artifacts = append(t.artifacts, a)
			t.compare(artifactPlace(a), a.SHA256)
		}
	}
	if p := c.Checkpoint; p != nil && !slices.ContainsFunc(t.checkpoints, func(b storage.Checkpoint) bool { return b.Step == p.Step }) {
		t.checkpoints = append(t.checkpoints, *p)
		t.compare(checkpointPlace(*p), p.SHA256)
	}
	t.step, t.updated = max(t.step, c.Step), time.Now()
	t.lease = t.updated.Add(c.Lease)
}

func (t *trial) compare(place, digest string) {
	for _, d := range t.digests[place] {
		t.nondeterministic = t.nondeterministic || d != digest
	}
}

// differs tells whether a replayed chunk differs from what was rolled back:
// another value, a point that is missing, one that was not there.
func (t *trial) differs(k storage.Chunk) bool {
	gone := t.gone[k.Metric]
	for _, g := range gone {
		i, found := slices.BinarySearch(k.Steps, g.step)
		inside := g.step >= k.Steps[0] && g.step <= k.Steps[len(k.Steps)-1]
		if (inside && !found) || (found && !same(g.value, k.Values[i])) {
			return true
		}
	}
	for _, step := range k.Steps {
		before := slices.ContainsFunc(gone, func(g point) bool { return g.step < step })
		after := slices.ContainsFunc(gone, func(g point) bool { return g.step > step })
		at := slices.ContainsFunc(gone, func(g point) bool { return g.step == step })
		if before && after && !at {
			return true
		}
	}
	return false
}

// Series reads one metric of one trial; it does not thin.
func (s *Store) Series(_ context.Context, hash, metric string, from, to int64, _ int) (storage.Series, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := storage.Series{TrialID: hash, Metric: metric}
	t, ok := s.trials[hash]
	if !ok {
		return out, storage.ErrNotFound
	}
	for _, p := range between(t.points[metric], from, to) {
		out.Steps, out.Values = append(out.Steps, p.step), append(out.Values, p.value)
	}
	return out, nil
}

// Trial reads what the store knows of a trial; its cells are the sweeps'.
func (s *Store) Trial(_ context.Context, hash string) (storage.Trial, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.trials[hash]
	if !ok {
		return storage.Trial{}, storage.ErrNotFound
	}
	return storage.Trial{ID: hash, Task: t.task, Seed: t.seed, Params: t.params, State: t.state, Step: t.step, Steps: t.steps,
		Attempts: int64(len(t.attempts)), Numerics: t.numerics, Nondeterministic: t.nondeterministic, Reason: t.reason, Updated: t.updated}, nil
}

// Attempts lists the attempts of one trial, or of a sweep's trials.
func (s *Store) Attempts(_ context.Context, sweepOrTrial string) ([]storage.Attempt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	trials := s.wanted(sweepOrTrial, "")
	if t, ok := s.trials[sweepOrTrial]; ok {
		trials = append(trials, t)
	}
	var out []storage.Attempt
	for _, t := range trials {
		out = append(out, t.attempts...)
		if n := len(out); n > 0 && out[n-1].Ended == nil {
			out[n-1].LastStep, out[n-1].LastSeen = t.step, t.updated
		}
	}
	return out, nil
}
