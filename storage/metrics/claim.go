package metrics

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Claim makes the caller the trial's one writer, in one transaction
// (design.md §5): it raises the fence, names the newest checkpoint that
// verifies, and rolls back every point, checkpoint and artifact after it. With
// no such checkpoint everything is rolled back.
//
// The same workflow takes over at once, another one only when the lease has
// run out (storage.ErrBusy). A trial with an outcome, or one that its group has
// given up, is storage.ErrSettled; one bound to other numerics is
// storage.ErrNumerics. A nil verify believes every pointer; an error from it
// fails the claim, which then changed nothing.
func (s *Store) Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error) {
	var claim storage.Claim
	if r.Lease <= 0 || r.WorkflowID == "" {
		return claim, fmt.Errorf("claim trial %s: a claim needs a workflow and a lease: %w", short(r.Hash), storage.ErrInvalid)
	}
	err := s.inTx(ctx, "claim trial "+short(r.Hash), func(tx pgx.Tx) (err error) {
		claim, err = claimTrial(ctx, tx, r, verify)
		return err
	})
	if err != nil {
		return storage.Claim{}, err
	}
	return claim, nil
}

// locked is a trial whose row this transaction has locked.
type locked struct {
	id       int64
	state    storage.TrialState
	workflow string
	numerics string
	fence    int64
	live     bool // its lease has not run out
	config   []byte
}

func claimTrial(ctx context.Context, tx pgx.Tx, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error) {
	t, err := lockTrial(ctx, tx, r.Hash)
	if err != nil {
		return storage.Claim{}, err
	}
	if err := t.mayClaim(r); err != nil {
		return storage.Claim{}, err
	}
	claim := storage.Claim{Fence: t.fence + 1, Config: t.config}
	claim.Checkpoint, err = newest(ctx, tx, t.id, verify)
	if err != nil {
		return claim, err
	}
	from := int64(-1)
	if claim.Checkpoint != nil {
		from = claim.Checkpoint.Step
	}
	if err := closeLost(ctx, tx, t.id); err != nil {
		return claim, err
	}
	points, highest, err := rollBack(ctx, tx, t.id, from, claim.Fence)
	if err != nil {
		return claim, err
	}
	if err := openAttempt(ctx, tx, t.id, claim.Fence, r, from, points); err != nil {
		return claim, err
	}
	err = tx.QueryRow(ctx, `
		UPDATE store.trials SET fence = $2, state = 'running', workflow_id = $3, worker = $4, numerics = $5,
			lease_until = clock_timestamp() + $6::interval, step = $7, saved = $7, replay = greatest(replay, $8),
			attempts = attempts + 1, reason = NULL, updated = clock_timestamp(), seen = clock_timestamp()
		WHERE id = $1 RETURNING replay`,
		t.id, claim.Fence, r.WorkflowID, r.Worker, r.Numerics, r.Lease, from, highest).Scan(&claim.Replay)
	if err != nil {
		return claim, err
	}
	claim.Wanted, err = wanted(ctx, tx, t.id)
	return claim, err
}

func lockTrial(ctx context.Context, tx pgx.Tx, hash string) (t locked, err error) {
	err = tx.QueryRow(ctx, `
		SELECT t.id, t.state, coalesce(t.workflow_id, ''), coalesce(t.numerics, ''), t.fence,
		       coalesce(t.lease_until > clock_timestamp(), false), c.config
		FROM store.trials t JOIN store.configs c ON c.trial = t.id
		WHERE t.hash = $1 FOR UPDATE OF t`, hash).
		Scan(&t.id, &t.state, &t.workflow, &t.numerics, &t.fence, &t.live, &t.config)
	return t, noRowIs(storage.ErrNotFound, err)
}

func (t locked) mayClaim(r storage.ClaimRequest) error {
	switch {
	case t.state.Settled():
		return storage.ErrSettled
	case t.live && t.workflow != r.WorkflowID:
		return storage.ErrBusy
	case t.numerics != "" && t.numerics != r.Numerics:
		return fmt.Errorf("%w: it is %s, this worker's are %s", storage.ErrNumerics, t.numerics, r.Numerics)
	}
	return nil
}

// newest finds the newest checkpoint that verifies, nil if none does.
func newest(ctx context.Context, tx pgx.Tx, trial int64, verify func(context.Context, storage.Checkpoint) (bool, error)) (*storage.Checkpoint, error) {
	rows, _ := tx.Query(ctx, `SELECT step, key, size, sha256, etag FROM store.checkpoints WHERE trial = $1 ORDER BY step DESC`, trial)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Checkpoint])
	if err != nil {
		return nil, err
	}
	for _, c := range all {
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

func openAttempt(ctx context.Context, tx pgx.Tx, trial, fence int64, r storage.ClaimRequest, from, points int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO store.attempts (trial, fence, worker, workflow_id, numerics, started, from_step, rolled_back,
			machine, version, git_commit, git_dirty)
		VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6, $7, nullif($8, ''), nullif($9, ''), nullif($10, ''), CASE WHEN $10 <> '' THEN $11::boolean END)`,
		trial, fence, r.Worker, r.WorkflowID, r.Numerics, from, points,
		r.Program.Machine, r.Program.Version, r.Program.Commit, r.Program.Dirty)
	return err
}

// wanted asks what the sweeps that name a trial want of it.
func wanted(ctx context.Context, tx pgx.Tx, trial int64) (storage.Wanted, error) {
	var w storage.Wanted
	err := tx.QueryRow(ctx, `
		SELECT CASE WHEN bool_or(s.state = 'running') THEN 'run' WHEN bool_or(s.state = 'paused') THEN 'pause' ELSE 'cancel' END
		FROM store.plan p JOIN store.sweeps s ON s.name = p.sweep WHERE p.trial = $1 AND p.wanted`, trial).Scan(&w)
	return w, err
}
