package metrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// putCheckpoint writes the pointer: from here on the state at its step is safe.
func putCheckpoint(ctx context.Context, tx pgx.Tx, t held, fence int64, c storage.Checkpoint) error {
	if err := nothingStraddles(ctx, tx, t, c.Step); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO store.checkpoints (trial, step, fence, key, size, sha256, etag) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, t.id, c.Step, fence, c.Key, c.Size, c.SHA256, c.ETag)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		var sha string
		if err := tx.QueryRow(ctx, `SELECT sha256 FROM store.checkpoints WHERE trial = $1 AND step = $2`, t.id, c.Step).Scan(&sha); err != nil {
			return err
		}
		if sha != c.SHA256 {
			return fmt.Errorf("checkpoint at step %d: %w", c.Step, storage.ErrConflict)
		}
		return nil
	}
	if c.Step < t.saved {
		return fmt.Errorf("%w: checkpoint at step %d comes after the one at step %d", storage.ErrInvalid, c.Step, t.saved)
	}
	if _, err := tx.Exec(ctx, `UPDATE store.trials SET saved = $2, step = greatest(step, $2) WHERE id = $1`, t.id, c.Step); err != nil {
		return err
	}
	return checkDigest(ctx, tx, t, fmt.Sprintf("checkpoint at step %d", c.Step), c.SHA256,
		`SELECT sha256 FROM store.rolled_back_checkpoints WHERE trial = $1 AND step = $2`, c.Step)
}

// nothingStraddles: a chunk that reaches over a checkpoint could not be rolled
// back to it.
func nothingStraddles(ctx context.Context, tx pgx.Tx, t held, step int64) error {
	var metric string
	err := tx.QueryRow(ctx, `
		SELECT n.name FROM store.metric_names n
		CROSS JOIN LATERAL (
			SELECT p.last_step FROM store.points p WHERE p.trial = $1 AND p.metric = n.id AND p.first_step <= $2
			ORDER BY p.first_step DESC LIMIT 1) p
		WHERE p.last_step > $2 LIMIT 1`, t.id, step).Scan(&metric)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: points of metric %s straddle the checkpoint at step %d", storage.ErrInvalid, metric, step)
}

func putArtifact(ctx context.Context, tx pgx.Tx, t held, fence int64, a storage.Artifact) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO store.artifacts (trial, name, step, fence, key, media_type, size, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, t.id, a.Name, a.Step, fence, a.Key, a.MediaType, a.Size, a.SHA256)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("artifact %s at step %d", a.Name, a.Step)
	if tag.RowsAffected() == 0 {
		var sha string
		if err := tx.QueryRow(ctx, `SELECT sha256 FROM store.artifacts WHERE trial = $1 AND name = $2 AND step = $3`, t.id, a.Name, a.Step).Scan(&sha); err != nil {
			return err
		}
		if sha != a.SHA256 {
			return fmt.Errorf("%s: %w", what, storage.ErrConflict)
		}
		return nil
	}
	return checkDigest(ctx, tx, t, what, a.SHA256,
		`SELECT sha256 FROM store.rolled_back_artifacts WHERE trial = $1 AND step = $2 AND name = $3`, a.Step, a.Name)
}
