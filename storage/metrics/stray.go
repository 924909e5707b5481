package metrics

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Undispatch gives back a trial that was dispatched and could not be started.
// It does nothing if the trial has moved on.
func (s *Store) Undispatch(ctx context.Context, hash, workflowID string) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE store.trials SET state = store.idle_state(id), workflow_id = NULL, updated = clock_timestamp()
		WHERE hash = $1 AND workflow_id = $2 AND state = 'dispatched'`, hash, workflowID)
	return explain("give back trial "+short(hash), err)
}

// Strays lists a sweep's trials that are said to be in flight but have no live
// lease and have not been touched for idle. Whether their group still runs is
// the caller's to find out.
func (s *Store) Strays(ctx context.Context, sweep string, idle time.Duration) ([]storage.Stray, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT t.hash, coalesce(t.workflow_id, '') FROM store.trials t
		WHERE t.id IN (SELECT trial FROM store.plan WHERE sweep = $1 AND wanted)
		  AND t.state IN ('dispatched', 'running')
		  AND coalesce(t.lease_until < clock_timestamp(), true)
		  AND t.updated < clock_timestamp() - $2::interval
		ORDER BY t.updated, t.hash`, sweep, idle)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Stray])
	return out, explain("look for strays of sweep "+sweep, err)
}

// Requeue puts a stray back to the backlog if it still is one: same group, no
// live lease. Its open attempt, if any, is lost.
func (s *Store) Requeue(ctx context.Context, hash, workflowID string) error {
	return s.inTx(ctx, "put back trial "+short(hash), func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			UPDATE store.trials SET state = store.idle_state(id), workflow_id = NULL, lease_until = NULL, updated = clock_timestamp()
			WHERE hash = $1 AND coalesce(workflow_id, '') = $2 AND state IN ('dispatched', 'running')
			  AND coalesce(lease_until < clock_timestamp(), true)
			RETURNING id`, hash, workflowID).Scan(&id)
		if err != nil {
			return noRowIs(nil, err)
		}
		return closeLost(ctx, tx, id)
	})
}

// closeLost closes an attempt that ended without a word. It was last seen at
// the trial's last commit.
func closeLost(ctx context.Context, tx pgx.Tx, trial int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE store.attempts a SET ended = t.seen, outcome = 'lost', last_seen = t.seen, last_step = t.step
		FROM store.trials t WHERE t.id = $1 AND a.trial = $1 AND a.ended IS NULL`, trial)
	return err
}

func short(hash string) string { return hash[:min(12, len(hash))] }
