package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Finals lists each trial of an experiment ("" for all) with its last value of
// one metric, in plan order; Value is nil where it has none.
func (s *Store) Finals(ctx context.Context, sweep, experiment, metric string) ([]storage.Final, error) {
	return s.finals(ctx, "read the last values of sweep "+sweep, `
		SELECT q.last_step, q.vals[cardinality(q.vals)] FROM store.points q
		WHERE q.trial = p.trial AND q.metric = m.id ORDER BY q.first_step DESC LIMIT 1`, sweep, experiment, metric)
}

// FinalsAt lists what Finals lists, with the value at a step, or at the last
// step before it that has one. Of each trial one chunk is indexed, none unpacked.
func (s *Store) FinalsAt(ctx context.Context, sweep, experiment, metric string, step int64) ([]storage.Final, error) {
	return s.finals(ctx, "read the values at a step of sweep "+sweep, `
		SELECT coalesce(q.steps[n], q.first_step + (n - 1) * q.stride::bigint), q.vals[n] FROM (
			SELECT first_step, stride, steps, vals FROM store.points q
			WHERE q.trial = p.trial AND q.metric = m.id AND q.first_step <= $5 ORDER BY q.first_step DESC LIMIT 1) q
		CROSS JOIN LATERAL (
			SELECT CASE WHEN q.stride IS NULL THEN width_bucket($5::bigint, q.steps)
			            ELSE least(($5 - q.first_step) / q.stride + 1, cardinality(q.vals))::integer END AS n) i`,
		sweep, experiment, metric, step)
}

// FinalsBest lists what Finals lists, with the largest value of all steps, or
// the smallest, and the first step that has it. Values that are not finite are
// passed over.
func (s *Store) FinalsBest(ctx context.Context, sweep, experiment, metric string, largest bool) ([]storage.Final, error) {
	best, order := "min", "ASC"
	if largest {
		best, order = "max", "DESC"
	}
	return s.finals(ctx, "read the best values of sweep "+sweep, `
		SELECT coalesce(q.steps[n], q.first_step + (n - 1) * q.stride::bigint), q.vals[n] FROM (
			SELECT first_step, stride, steps, vals,
			       (SELECT `+best+`(v) FILTER (WHERE v > '-Infinity' AND v < 'Infinity') FROM (SELECT unnest(vals) AS v) u) AS best
			FROM store.points q WHERE q.trial = p.trial AND q.metric = m.id OFFSET 0) q -- OFFSET: best is found once
		CROSS JOIN LATERAL (SELECT array_position(q.vals, q.best) AS n) i
		WHERE q.best IS NOT NULL ORDER BY q.best `+order+`, q.first_step LIMIT 1`, sweep, experiment, metric)
}

// finals lists an experiment's trials ("" for all) in plan order, each with the
// step and the value that the query one reads for the plan's row p and the
// metric m. Arguments of one begin with $5.
func (s *Store) finals(ctx context.Context, what, one, sweep, experiment, metric string, arguments ...any) ([]storage.Final, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT t.hash, p.sweep, p.idx, p.experiment, t.task, p.cell, p.cell_values, t.seed, c.params, t.state, t.step, t.steps,
		       t.attempts, coalesce(t.numerics, ''), t.nondeterministic, coalesce(t.reason, ''), t.updated,
		       coalesce(l.at_step, -1), l.at_value
		FROM store.plan p
		JOIN store.trials t ON t.id = p.trial
		JOIN store.configs c ON c.trial = p.trial
		LEFT JOIN store.metric_names m ON m.name = $3
		LEFT JOIN LATERAL (`+one+`) l (at_step, at_value) ON true
		WHERE p.sweep = $1 AND p.wanted AND ($2 = '' OR p.experiment = $2)
		ORDER BY p.idx, p.cell LIMIT $4`, append([]any{sweep, experiment, metric, maxRows}, arguments...)...)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f storage.Final, err error) {
		f.Metric = metric
		return f, row.Scan(append(trialFields(&f.Trial), &f.ValueStep, &f.Value)...)
	})
	return out, explain(what, err)
}
