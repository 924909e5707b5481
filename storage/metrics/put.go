package metrics

import (
	"context"
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
