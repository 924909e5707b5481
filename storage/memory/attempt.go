package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sweep/storage"
)

// Claim makes the caller the trial's one writer.
func (s *Store) Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.trials[r.Hash]
	switch {
	case r.Lease <= 0 || r.WorkflowID == "":
		return storage.Claim{}, storage.ErrInvalid
	case !ok:
		return storage.Claim{}, storage.ErrNotFound
	case t.state.Settled():
		return storage.Claim{}, storage.ErrSettled
	case time.Now().Before(t.lease) && t.workflow != r.WorkflowID:
		return storage.Claim{}, storage.ErrBusy
	case t.numerics != "" && t.numerics != r.Numerics:
		return storage.Claim{}, storage.ErrNumerics
	}
	from, err := t.newest(ctx, verify)
	if err != nil {
		return storage.Claim{}, err
	}
	t.closeLost()
	t.fence++
	now, rolledBack := time.Now(), t.rollBack(from)
	t.state, t.workflow, t.numerics, t.lease, t.updated, t.reason = storage.Running, r.WorkflowID, r.Numerics, now.Add(r.Lease), now, ""
	t.attempts = append(t.attempts, storage.Attempt{TrialID: t.hash, Fence: t.fence, Worker: r.Worker, WorkflowID: r.WorkflowID,
		Started: now, LastSeen: now, FromStep: t.step, LastStep: t.step, RolledBack: rolledBack, Outcome: "running", Numerics: r.Numerics, Program: r.Program})
	return storage.Claim{Fence: t.fence, Config: t.config, Checkpoint: from, Replay: t.replay, Wanted: s.want(t)}, nil
}

func (t *trial) newest(ctx context.Context, verify func(context.Context, storage.Checkpoint) (bool, error)) (*storage.Checkpoint, error) {
	for _, c := range slices.Backward(t.checkpoints) {
		if verify == nil {
			return &c, nil
		}
		ok, err := verify(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("verify checkpoint at step %d: %w", c.Step, err)
		}
		if ok {
			return &c, nil
		}
	}
	return nil, nil
}

// rollBack takes back everything after a checkpoint and counts the points.
func (t *trial) rollBack(from *storage.Checkpoint) (n int64) {
	t.step = -1
	if from != nil {
		t.step = from.Step
	}
	for _, m := range slices.Sorted(maps.Keys(t.points)) {
		all := t.points[m]
		cut := slices.IndexFunc(all, func(p point) bool { return p.step > t.step })
		if cut < 0 {
			continue
		}
		t.gone[m] = append(t.gone[m], all[cut:]...)
		t.replay = max(t.replay, all[len(all)-1].step)
		t.points[m] = slices.Clone(all[:cut])
		t.chunks[m] = slices.DeleteFunc(t.chunks[m], func(c span) bool { return c.first > t.step })
		n += int64(len(all) - cut)
	}
	t.checkpoints = slices.DeleteFunc(t.checkpoints, func(c storage.Checkpoint) bool {
		if c.Step > t.step {
			t.digests[checkpointPlace(c)] = append(t.digests[checkpointPlace(c)], c.SHA256)
		}
		return c.Step > t.step
	})
	t.artifacts = slices.DeleteFunc(t.artifacts, func(a storage.Artifact) bool {
		if a.Step > t.step {
			t.digests[artifactPlace(a)] = append(t.digests[artifactPlace(a)], a.SHA256)
		}
		return a.Step > t.step
	})
	return n
}

func checkpointPlace(c storage.Checkpoint) string { return fmt.Sprint("checkpoint ", c.Step) }
func artifactPlace(a storage.Artifact) string     { return fmt.Sprint("artifact ", a.Name, " ", a.Step) }

// closeLost closes an attempt that ended without a word, at its last commit.
func (t *trial) closeLost() {
	if n := len(t.attempts); n > 0 && t.attempts[n-1].Ended == nil {
		t.closeAttempt("lost", "")
		seen := t.updated
		t.attempts[n-1].Ended = &seen
	}
}

func (t *trial) closeAttempt(outcome, reason string) {
	now, a := time.Now(), &t.attempts[len(t.attempts)-1]
	a.Ended, a.Outcome, a.Reason, a.LastStep, a.LastSeen = &now, outcome, reason, t.step, t.updated
}

// open finds the trial of an open attempt.
func (s *Store) open(hash string, fence int64) (*trial, error) {
	t, ok := s.trials[hash]
	if !ok || t.fence != fence || t.lease.IsZero() {
		return nil, storage.ErrStale
	}
	return t, nil
}

// End closes an attempt and frees its lease.
func (s *Store) End(_ context.Context, e storage.End) error {
	state, ok := map[string]storage.TrialState{"finished": storage.Finished, "diverged": storage.Diverged,
		"preempted": storage.Dispatched, "failed": storage.Dispatched}[e.Outcome]
	if !ok {
		return fmt.Errorf("%w: unknown outcome %q", storage.ErrInvalid, e.Outcome)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.open(e.Hash, e.Fence)
	if err != nil {
		return s.endedSo(e)
	}
	t.state, t.lease, t.step, t.updated, t.reason = state, time.Time{}, max(t.step, e.Step), time.Now(), e.Reason
	t.closeAttempt(e.Outcome, e.Reason)
	if seconds := e.CPU.Seconds(); seconds > 0 {
		t.attempts[len(t.attempts)-1].CPUSeconds = &seconds
	}
	return nil
}

// endedSo accepts an end that was recorded before.
func (s *Store) endedSo(e storage.End) error {
	if t, ok := s.trials[e.Hash]; ok && slices.ContainsFunc(t.attempts, func(a storage.Attempt) bool { return a.Fence == e.Fence && a.Outcome == e.Outcome }) {
		return nil
	}
	return storage.ErrStale
}

// Progress tells the step of the newest checkpoint, the state and the fence.
func (s *Store) Progress(_ context.Context, hash string) (int64, storage.TrialState, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.trials[hash]
	if !ok {
		return 0, "", 0, storage.ErrNotFound
	}
	return t.saved(), t.state, t.fence, nil
}

func (t *trial) saved() int64 {
	if n := len(t.checkpoints); n > 0 {
		return t.checkpoints[n-1].Step
	}
	return -1
}
