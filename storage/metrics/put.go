package metrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// putChunks writes the chunks that do not stand yet.
func putChunks(ctx context.Context, tx pgx.Tx, t held, chunks []chunk) error {
	if len(chunks) == 0 {
		return nil
	}
	chunks, err := unwritten(ctx, tx, t, chunks)
	if err != nil || len(chunks) == 0 {
		return err
	}
	for _, c := range chunks {
		if c.first <= t.saved {
			return fmt.Errorf("%w: metric %s: step %d comes after the checkpoint at step %d", storage.ErrInvalid, c.name, c.first, t.saved)
		}
	}
	if err := checkReplay(ctx, tx, t, chunks); err != nil {
		return err
	}
	return insertChunks(ctx, tx, t.id, chunks)
}

// unwritten drops the chunks that stand already: a commit whose answer was
// lost. Points that overlap what stands in any other way are a conflict.
func unwritten(ctx context.Context, tx pgx.Tx, t held, chunks []chunk) ([]chunk, error) {
	metrics, firsts, lasts := columns(chunks)
	standing, err := readChunks(ctx, tx, `
		SELECT c.i, p.first_step, p.last_step, p.stride, p.steps, p.vals
		FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS c(metric, first, last, i)
		CROSS JOIN LATERAL (
			SELECT * FROM store.points p WHERE p.trial = $1 AND p.metric = c.metric AND p.first_step <= c.last
			ORDER BY p.first_step DESC LIMIT 1) p
		WHERE p.last_step >= c.first`, t.id, metrics, firsts, lasts)
	if err != nil || len(standing) == 0 {
		return chunks, err
	}
	resent := make(map[int]bool, len(standing))
	for _, s := range standing {
		if c := chunks[s.at]; !c.same(s.chunk) {
			return nil, fmt.Errorf("metric %s, steps %d to %d: %w", c.name, c.first, c.last, storage.ErrConflict)
		}
		resent[s.at] = true
	}
	var out []chunk
	for i, c := range chunks {
		if !resent[i] {
			out = append(out, c)
		}
	}
	return out, nil
}

func columns(chunks []chunk) (metrics []int16, firsts, lasts []int64) {
	for _, c := range chunks {
		metrics, firsts, lasts = append(metrics, c.metric), append(firsts, c.first), append(lasts, c.last)
	}
	return metrics, firsts, lasts
}

// matched is a stored chunk and the place of the chunk that it was looked up for.
type matched struct {
	chunk
	at int
}

func readChunks(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]matched, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m matched, err error) {
		if err = row.Scan(&m.at, &m.first, &m.last, &m.stride, &m.steps, &m.vals); err != nil {
			return m, err
		}
		m.at-- // ordinality counts from 1
		return m, m.decode()
	})
}

// insertChunks writes all chunks in one statement: their values travel as one
// long array that the server cuts.
func insertChunks(ctx context.Context, tx pgx.Tx, trial int64, chunks []chunk) error {
	metrics, firsts, lasts := columns(chunks)
	strides, lengths := make([]*int32, len(chunks)), make([]int32, len(chunks))
	n := 0
	for _, c := range chunks {
		n += len(c.vals)
	}
	vals, uneven := make([]float64, 0, n), []int64{}
	for i, c := range chunks {
		strides[i], lengths[i] = c.stride, int32(len(c.vals))
		vals = append(vals, c.vals...)
		if c.stride == nil {
			uneven = append(uneven, c.steps...)
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO store.points (trial, first_step, last_step, fence, stride, metric, steps, vals)
		SELECT $1, c.first, c.last, (SELECT fence FROM store.trials WHERE id = $1), c.stride, c.metric,
		       CASE WHEN c.stride IS NULL THEN ($8::bigint[])[c.u - c.n + 1 : c.u] END, ($7::float8[])[c.v - c.n + 1 : c.v]
		FROM (SELECT *, sum(n) OVER (ORDER BY i)::int AS v, sum(CASE WHEN stride IS NULL THEN n ELSE 0 END) OVER (ORDER BY i)::int AS u
		      FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::integer[], $6::integer[])
		           WITH ORDINALITY AS c(metric, first, last, stride, n, i)) c`,
		trial, metrics, firsts, lasts, strides, lengths, vals, uneven)
	return err
}

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
