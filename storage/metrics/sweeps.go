package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// PutSweep stores a submitted file, or a new revision of it, and sets the
// sweep running. It returns the revision, from 1; an unchanged file keeps its own.
func (s *Store) PutSweep(ctx context.Context, w storage.Sweep) (int64, error) {
	if w.Only == nil {
		w.Only = []string{}
	}
	if w.Data == nil {
		w.Data = map[string]string{}
	}
	var revision int64
	err := s.pool.QueryRow(ctx, `
		INSERT INTO store.sweeps AS w (name, file, body, only_names, prune, data, revision, state)
		VALUES ($1, $2, $3, $4, $5, $6, 1, 'running')
		ON CONFLICT (name) DO UPDATE SET file = EXCLUDED.file, body = EXCLUDED.body, only_names = EXCLUDED.only_names,
			prune = EXCLUDED.prune, data = EXCLUDED.data, state = 'running', submitted = now(),
			revision = w.revision + (w.body <> EXCLUDED.body)::int
		RETURNING revision`, w.Name, w.File, w.Text, w.Only, w.Prune, w.Data).Scan(&revision)
	return revision, explain("store sweep "+w.Name, err)
}

const sweepColumns = `name, file, body, only_names, prune, data, revision, state, submitted,
	(1e6 * extract(epoch FROM ran + coalesce(clock_timestamp() - running_since, '0')))::bigint AS ran`

func scanSweep(row pgx.CollectableRow) (w storage.Sweep, err error) {
	var ran int64 // microseconds
	err = row.Scan(&w.Name, &w.File, &w.Text, &w.Only, &w.Prune, &w.Data, &w.Revision, &w.State, &w.Submitted, &ran)
	w.Ran = max(0, time.Duration(ran)*time.Microsecond)
	return w, err
}

// Sweep reads one sweep, or storage.ErrNotFound.
func (s *Store) Sweep(ctx context.Context, name string) (storage.Sweep, error) {
	rows, _ := s.pool.Query(ctx, `SELECT `+sweepColumns+` FROM store.sweeps WHERE name = $1`, name)
	w, err := pgx.CollectExactlyOneRow(rows, scanSweep)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, fmt.Errorf("sweep %q: %w", name, storage.ErrNotFound)
	}
	return w, explain("read sweep "+name, err)
}

// SetSweepState records what the user asked. Cancelling a sweep also cancels
// its waiting trials that no other sweep wants; those in flight learn of it at
// their next commit.
func (s *Store) SetSweepState(ctx context.Context, name string, state storage.SweepState) error {
	return s.inTx(ctx, "set the state of sweep "+name, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE store.sweeps SET state = $2 WHERE name = $1`, name, string(state))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return storage.ErrNotFound
		}
		if state != storage.SweepCancelled {
			return nil
		}
		_, err = tx.Exec(ctx, `
			UPDATE store.trials t SET state = 'cancelled', updated = now()
			WHERE t.state = 'pending' AND store.idle_state(t.id) = 'cancelled'
			  AND EXISTS (SELECT FROM store.plan p WHERE p.trial = t.id AND p.sweep = $1)`, name)
		return err
	})
}

// Retry puts a sweep's failed and cancelled trials back to pending and, if it
// was over, sets it running. It returns how many.
func (s *Store) Retry(ctx context.Context, sweep string) (int, error) {
	var n int64
	err := s.inTx(ctx, "retry sweep "+sweep, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE store.trials t SET state = 'pending', reason = NULL, updated = now()
			WHERE t.state IN ('failed', 'cancelled')
			  AND EXISTS (SELECT FROM store.plan p WHERE p.trial = t.id AND p.sweep = $1 AND p.wanted)`, sweep)
		if err != nil {
			return err
		}
		if n = tag.RowsAffected(); n == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE store.sweeps SET state = 'running' WHERE name = $1 AND state IN ('done', 'cancelled')`, sweep)
		return err
	})
	return int(n), err
}

// PutReport points at a sweep's newest report.
func (s *Store) PutReport(ctx context.Context, sweep, key string, size int64, sha256 string) error {
	tag, err := s.pool.Exec(ctx, `UPDATE store.sweeps SET report_key = $2, report_size = $3, report_sha256 = $4, report_at = now() WHERE name = $1`,
		sweep, key, size, sha256)
	if err == nil && tag.RowsAffected() == 0 {
		err = storage.ErrNotFound
	}
	return explain("store the report of sweep "+sweep, err)
}

// Report finds a sweep's newest report; storage.ErrNotFound if there is none.
func (s *Store) Report(ctx context.Context, sweep string) (key string, size int64, sha256 string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT report_key, report_size, report_sha256 FROM store.sweeps WHERE name = $1 AND report_key IS NOT NULL`, sweep).
		Scan(&key, &size, &sha256)
	if errors.Is(err, pgx.ErrNoRows) {
		err = storage.ErrNotFound
	}
	return key, size, sha256, explain("find the report of sweep "+sweep, err)
}
