package metrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
	"sweep/training"
)

// End closes an attempt and frees its lease. Finished and diverged settle the
// trial; after preempted and failed its group decides, so it is dispatched.
// Ending again with the same outcome is harmless; an attempt that another has
// replaced gets storage.ErrStale.
func (s *Store) End(ctx context.Context, e storage.End) error {
	what := fmt.Sprintf("end attempt %d of trial %s", e.Fence, short(e.Hash))
	state, err := stateAfter(e.Outcome)
	if err != nil {
		return explain(what, err)
	}
	return s.inTx(ctx, what, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			UPDATE store.trials SET state = $3, lease_until = NULL, step = greatest(step, $4), reason = nullif($5, ''),
				updated = clock_timestamp(), seen = clock_timestamp()
			WHERE hash = $1 AND fence = $2 AND lease_until IS NOT NULL RETURNING id`,
			e.Hash, e.Fence, string(state), e.Step, e.Reason).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return endedSo(ctx, tx, e)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE store.attempts a SET ended = clock_timestamp(), outcome = $3, reason = nullif($4, ''), last_seen = clock_timestamp(), last_step = t.step,
				cpu_seconds = nullif($5::float8, 0)
			FROM store.trials t WHERE t.id = $1 AND a.trial = $1 AND a.fence = $2`, id, e.Fence, e.Outcome, e.Reason, e.CPU.Seconds())
		return err
	})
}

func stateAfter(outcome string) (storage.TrialState, error) {
	switch outcome {
	case string(training.Finished):
		return storage.Finished, nil
	case string(training.Diverged):
		return storage.Diverged, nil
	case string(training.Preempted), "failed":
		return storage.Dispatched, nil
	}
	return "", fmt.Errorf("%w: unknown outcome %q", storage.ErrInvalid, outcome)
}

// endedSo accepts an end that was recorded before its answer was lost.
func endedSo(ctx context.Context, tx pgx.Tx, e storage.End) error {
	var outcome string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(a.outcome, '') FROM store.attempts a JOIN store.trials t ON t.id = a.trial
		WHERE t.hash = $1 AND a.fence = $2`, e.Hash, e.Fence).Scan(&outcome)
	if err != nil {
		return noRowIs(storage.ErrStale, err)
	}
	if outcome != e.Outcome {
		return storage.ErrStale
	}
	return nil
}

// Settle records a group's last word: the trial waits again, failed, or was
// cancelled. An outcome stands, and so does another group's hold; either way
// the sweeps that want the trial are named, in order, so that they can be told.
func (s *Store) Settle(ctx context.Context, w storage.Settlement) ([]string, error) {
	var sweeps []string
	err := s.inTx(ctx, "settle trial "+short(w.Hash), func(tx pgx.Tx) error {
		t, err := lockTrial(ctx, tx, w.Hash)
		if err != nil {
			return err
		}
		if err := settle(ctx, tx, t, w); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `SELECT DISTINCT sweep FROM store.plan WHERE trial = $1 AND wanted ORDER BY sweep`, t.id)
		sweeps, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, err
	}
	return sweeps, nil
}

func settle(ctx context.Context, tx pgx.Tx, t locked, w storage.Settlement) error {
	inFlight := t.state == storage.Dispatched || t.state == storage.Running
	if !inFlight || t.workflow != w.WorkflowID {
		return nil
	}
	switch w.State {
	case storage.Pending, storage.Failed, storage.Cancelled:
	case storage.Finished, storage.Diverged:
		return nil // only an attempt may say so, and it has not
	default:
		return fmt.Errorf("%w: a trial cannot be settled as %q", storage.ErrInvalid, w.State)
	}
	_, err := tx.Exec(ctx, `
		UPDATE store.trials SET state = CASE $2 WHEN 'pending' THEN store.idle_state(id) ELSE $2 END,
			lease_until = NULL, reason = coalesce(nullif($3, ''), reason), updated = clock_timestamp() WHERE id = $1`,
		t.id, string(w.State), w.Reason)
	if err != nil {
		return err
	}
	return closeLost(ctx, tx, t.id)
}

// Progress tells the step of the trial's newest checkpoint (-1 for none), its
// state and its fence.
func (s *Store) Progress(ctx context.Context, hash string) (step int64, state storage.TrialState, fence int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT saved, state, fence FROM store.trials WHERE hash = $1`, hash).Scan(&step, &state, &fence)
	return step, state, fence, explain("read progress of trial "+short(hash), noRowIs(storage.ErrNotFound, err))
}
