package metrics

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// checkReplay compares new points with every rolled-back point at their steps
// (design.md §5, truth check). A difference is a fact about the trial, not an
// error: the new points stand and the trial is marked.
func checkReplay(ctx context.Context, tx pgx.Tx, t held, chunks []chunk) error {
	var replayed []chunk
	for _, c := range chunks {
		if c.first <= t.replay {
			replayed = append(replayed, c)
		}
	}
	if len(replayed) == 0 {
		return nil
	}
	metrics, firsts, lasts := columns(replayed)
	before, err := readChunks(ctx, tx, `
		SELECT c.i, p.first_step, p.last_step, p.stride, p.steps, p.vals
		FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS c(metric, first, last, i)
		JOIN store.rolled_back_points p ON p.trial = $1 AND p.metric = c.metric AND p.first_step <= c.last AND p.last_step >= c.first
		ORDER BY c.i, p.first_step, p.fence`, t.id, metrics, firsts, lasts)
	if err != nil {
		return err
	}
	for _, b := range before {
		if diff := difference(b.chunk, replayed[b.at]); diff != "" {
			return markNondeterministic(ctx, tx, t.id, replayed[b.at].name+" "+diff)
		}
	}
	return nil
}

// difference describes the first step, among those that both chunks span, at
// which they do not agree; "" if they agree.
func difference(was, is chunk) string {
	i, j := 0, 0
	for i < len(was.steps) && j < len(is.steps) {
		a, b := was.steps[i], is.steps[j]
		switch {
		case a == b:
			if !sameValue(was.vals[i], is.vals[j]) {
				return fmt.Sprintf("at step %d was %v and is %v", a, was.vals[i], is.vals[j])
			}
			i, j = i+1, j+1
		case a < b:
			if a > is.first {
				return fmt.Sprintf("at step %d was %v and is missing", a, was.vals[i])
			}
			i++
		default:
			if b > was.first {
				return fmt.Sprintf("at step %d was missing and is %v", b, is.vals[j])
			}
			j++
		}
	}
	return ""
}

// checkDigest compares an object with those that were rolled back at its place.
func checkDigest(ctx context.Context, tx pgx.Tx, t held, what, sha256, sql string, args ...any) error {
	rows, _ := tx.Query(ctx, sql, append([]any{t.id}, args...)...)
	before, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, b := range before {
		if b != sha256 {
			return markNondeterministic(ctx, tx, t.id, fmt.Sprintf("%s was %.12s and is %.12s", what, b, sha256))
		}
	}
	return nil
}

// markNondeterministic keeps the first difference; later ones follow from it.
func markNondeterministic(ctx context.Context, tx pgx.Tx, trial int64, diff string) error {
	_, err := tx.Exec(ctx, `
		UPDATE store.trials SET nondeterministic = true, difference = coalesce(difference, $2) WHERE id = $1`, trial, diff)
	return err
}
