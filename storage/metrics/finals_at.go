package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// FinalsAt lists what Finals lists, with the value at a step, or at the last
// step before it that has one.
func (s *Store) FinalsAt(ctx context.Context, sweep, experiment, metric string, step int64) ([]storage.Final, error) {
	return s.finals(ctx, "read the values at a step of sweep "+sweep, `
		SELECT at.step, at.value FROM (
			SELECT first_step, stride, steps, vals FROM store.points p
			WHERE p.trial = i.row AND p.metric = m.row AND p.first_step <= $4 ORDER BY p.first_step DESC LIMIT 1) p
		CROSS JOIN LATERAL (
			SELECT coalesce(u.step, p.first_step + (u.i - 1) * p.stride) AS step, u.value
			FROM unnest(p.vals, p.steps) WITH ORDINALITY AS u(value, step, i)) at
		WHERE at.step <= $4 ORDER BY at.step DESC LIMIT 1`, sweep, experiment, metric, step)
}

// FinalsBest lists what Finals lists, with the largest value of all steps, or
// the smallest, and the first step that has it. Values that are not finite are
// passed over.
func (s *Store) FinalsBest(ctx context.Context, sweep, experiment, metric string, largest bool) ([]storage.Final, error) {
	return s.finals(ctx, "read the best values of sweep "+sweep, `
		SELECT coalesce(u.step, p.first_step + (u.i - 1) * p.stride) AS step, u.value
		FROM store.points p CROSS JOIN LATERAL unnest(p.vals, p.steps) WITH ORDINALITY AS u(value, step, i)
		WHERE p.trial = i.row AND p.metric = m.row AND u.value <> 'NaN' AND abs(u.value) < 'Infinity'
		ORDER BY CASE WHEN $4 THEN -u.value ELSE u.value END, 1 LIMIT 1`, sweep, experiment, metric, largest)
}

// finals lists an experiment's trials ("" for all) in plan order, each with the
// step and the value that the query one reads for trial i and metric m.
func (s *Store) finals(ctx context.Context, what, one, sweep, experiment, metric string, argument any) ([]storage.Final, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+trialColumns+`, coalesce(l.at_step, -1), l.at_value
		FROM public.trials t
		CROSS JOIN LATERAL (SELECT id AS row FROM store.trials WHERE hash = t.trial_id) i
		LEFT JOIN (SELECT id AS row FROM store.metric_names WHERE name = $3) m ON true
		LEFT JOIN LATERAL (`+one+`) l (at_step, at_value) ON true
		WHERE t.sweep = $1 AND ($2 = '' OR t.experiment = $2)
		ORDER BY t.trial_index, t.cell LIMIT $5`, sweep, experiment, metric, argument, maxRows)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f storage.Final, err error) {
		f.Metric = metric
		return f, row.Scan(append(trialFields(&f.Trial), &f.ValueStep, &f.Value)...)
	})
	return out, explain(what, err)
}
