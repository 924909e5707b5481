package metrics

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Commit writes an attempt's points, checkpoint, artifacts and telemetry in
// one transaction, renews its lease, and tells what the sweeps want of the
// trial now. It holds only while the attempt is open and its fence the
// trial's own, else storage.ErrStale.
//
// Sending a commit again is harmless: what stands already is not written
// twice, and other content in its place is storage.ErrConflict. Points of steps
// that were rolled back before are compared with what was rolled back, bit for
// bit; a difference marks the trial nondeterministic. A checkpoint must come
// with or after all points up to its step: points behind it are refused
// (storage.ErrInvalid).
func (s *Store) Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error) {
	what := fmt.Sprintf("commit attempt %d of trial %s", c.Fence, short(c.Hash))
	if err := checkCommit(c); err != nil {
		return "", explain(what, err)
	}
	chunks, err := s.encode(ctx, c.Chunks)
	if err != nil {
		return "", explain(what, err)
	}
	var w storage.Wanted
	err = s.inTx(ctx, what, func(tx pgx.Tx) (err error) {
		w, err = commit(ctx, tx, c, chunks)
		return err
	})
	if err != nil {
		return "", err
	}
	return w, nil
}

// held is the trial of an open attempt, its row locked.
type held struct {
	id     int64
	saved  int64 // step of the newest checkpoint, -1 for none
	replay int64 // highest step that was ever rolled back
}

func commit(ctx context.Context, tx pgx.Tx, c storage.Commit, chunks []chunk) (storage.Wanted, error) {
	t, err := hold(ctx, tx, c)
	if err != nil {
		return "", err
	}
	if err := putChunks(ctx, tx, t, chunks); err != nil {
		return "", err
	}
	for _, a := range c.Artifacts {
		if err := putArtifact(ctx, tx, t, c.Fence, a); err != nil {
			return "", err
		}
	}
	if c.Checkpoint != nil {
		if err := putCheckpoint(ctx, tx, t, c.Fence, *c.Checkpoint); err != nil {
			return "", err
		}
	}
	if err := putTelemetry(ctx, tx, t, c); err != nil {
		return "", err
	}
	return wanted(ctx, tx, t.id)
}

// hold checks the fence and locks the trial's row until the transaction ends:
// a claim waits for it, or has happened before it.
func hold(ctx context.Context, tx pgx.Tx, c storage.Commit) (t held, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE store.trials SET step = greatest(step, $3), lease_until = clock_timestamp() + $4::interval,
			updated = clock_timestamp(), seen = clock_timestamp()
		WHERE hash = $1 AND fence = $2 AND lease_until IS NOT NULL
		RETURNING id, saved, replay`, c.Hash, c.Fence, c.Step, c.Lease).Scan(&t.id, &t.saved, &t.replay)
	return t, noRowIs(storage.ErrStale, err)
}

func putTelemetry(ctx context.Context, tx pgx.Tx, t held, c storage.Commit) error {
	if len(c.Telemetry) == 0 {
		return nil
	}
	names, values := make([]string, len(c.Telemetry)), make([]float64, len(c.Telemetry))
	for i, m := range c.Telemetry {
		names[i], values[i] = m.Name, m.Value
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO store.telemetry (trial, fence, step, name, value)
		SELECT $1, $2, $3, name, value FROM unnest($4::text[], $5::float8[]) AS m(name, value)
		ON CONFLICT DO NOTHING`, t.id, c.Fence, c.Step, names, values)
	return err
}
