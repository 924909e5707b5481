package metrics

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// WritePlan makes rows the sweep's plan, in one transaction (design.md §4.4,
// §4.5): trials that nobody named before are pending, failed and cancelled
// ones pending again, finished and diverged ones reused, those in flight
// shared. Cells that rows no longer name stay as they are, unless the sweep
// prunes. A sweep with Only is planned for those experiments; the others stay.
// An error from rows leaves the plan as it was.
func (s *Store) WritePlan(ctx context.Context, sweep string, experiments []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (storage.PlanCounts, error) {
	var counts storage.PlanCounts
	err := s.inTx(ctx, "write the plan of sweep "+sweep, func(tx pgx.Tx) (err error) {
		counts, err = writePlan(ctx, tx, sweep, experiments, rows)
		return err
	})
	return counts, err
}

func writePlan(ctx context.Context, tx pgx.Tx, sweep string, experiments []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (c storage.PlanCounts, err error) {
	// The sweep's row is locked: two plans of one sweep do not interleave.
	var only []string
	var prune bool
	err = tx.QueryRow(ctx, `SELECT only_names, prune FROM store.sweeps WHERE name = $1 FOR UPDATE`, sweep).Scan(&only, &prune)
	if err != nil {
		return c, noRowIs(storage.ErrNotFound, err)
	}
	if err := copyIncoming(ctx, tx, rows); err != nil {
		return c, err
	}
	if err := putExperiments(ctx, tx, sweep, experiments); err != nil {
		return c, err
	}
	if c, err = mergeTrials(ctx, tx, sweep); err != nil {
		return c, err
	}
	return c, mergeCells(ctx, tx, sweep, only, prune, &c)
}

// copyIncoming streams the rows into a table of this transaction.
func copyIncoming(ctx context.Context, tx pgx.Tx, rows iter.Seq2[storage.PlanRow, error]) error {
	_, err := tx.Exec(ctx, `
		CREATE TEMP TABLE incoming (idx bigint, experiment text, hash text, config bytea, task text, seed bigint,
			cell text, cell_values jsonb, params jsonb, steps bigint, queue text) ON COMMIT DROP`)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	var broken error // the rows' own error; the server tells it only as text
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"incoming"},
		[]string{"idx", "experiment", "hash", "config", "task", "seed", "cell", "cell_values", "params", "steps", "queue"},
		pgx.CopyFromFunc(func() ([]any, error) {
			r, err, ok := next()
			if !ok || err != nil {
				broken = err
				return nil, err
			}
			return []any{int64(r.Index), r.Experiment, r.Hash, r.Config, r.Task, r.Seed, r.Cell, r.CellValues, r.Params, r.Steps, r.Queue}, nil
		}))
	if broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `ANALYZE incoming`)
	return err
}

func putExperiments(ctx context.Context, tx pgx.Tx, sweep string, experiments []storage.Experiment) error {
	for _, e := range experiments {
		if e.Axes == nil {
			e.Axes = []string{}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO store.experiments (sweep, name, task, position, metric, goal, axes) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (sweep, name) DO UPDATE SET task = EXCLUDED.task, position = EXCLUDED.position,
				metric = EXCLUDED.metric, goal = EXCLUDED.goal, axes = EXCLUDED.axes`,
			sweep, e.Name, e.Task, e.Position, e.Metric, e.Goal, e.Axes)
		if err != nil {
			return fmt.Errorf("experiment %s: %w", e.Name, err)
		}
	}
	return nil
}

// mergeTrials adds the new trials, counts the known ones and revives those
// that may run again. Rows are taken in hash order, so that two plans that
// share trials cannot lock each other out.
func mergeTrials(ctx context.Context, tx pgx.Tx, sweep string) (c storage.PlanCounts, err error) {
	for _, step := range []struct {
		into *int
		sql  string
		args []any
	}{
		{&c.New, `
			WITH added AS (
				INSERT INTO store.trials (hash, task, seed, steps, queue)
				SELECT DISTINCT ON (hash) hash, task, seed, steps, queue FROM incoming ORDER BY hash, idx
				ON CONFLICT (hash) DO NOTHING RETURNING id, hash),
			configured AS (
				INSERT INTO store.configs (trial, config, params)
				SELECT DISTINCT ON (a.id) a.id, i.config, i.params FROM added a JOIN incoming i USING (hash))
			SELECT count(*) FROM added`, nil},
		{&c.Shared, `
			SELECT count(*) FROM store.trials t
			WHERE t.hash IN (SELECT hash FROM incoming) AND t.state IN ('dispatched', 'running')
			  AND EXISTS (SELECT FROM store.plan p WHERE p.trial = t.id AND p.sweep <> $1 AND p.wanted)
			  AND NOT EXISTS (SELECT FROM store.plan p WHERE p.trial = t.id AND p.sweep = $1)`, []any{sweep}},
		{&c.Reused, `
			SELECT count(*) FROM store.trials t
			WHERE t.hash IN (SELECT hash FROM incoming) AND t.state IN ('finished', 'diverged')`, nil},
		{&c.Rerun, `
			WITH again AS (
				SELECT id FROM store.trials
				WHERE hash IN (SELECT hash FROM incoming) AND state IN ('failed', 'cancelled') ORDER BY hash FOR UPDATE),
			revived AS (
				UPDATE store.trials t SET state = 'pending', reason = NULL, updated = now() FROM again WHERE t.id = again.id RETURNING t.id)
			SELECT count(*) FROM revived`, nil},
	} {
		if err := tx.QueryRow(ctx, step.sql, step.args...).Scan(step.into); err != nil {
			return c, err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE store.trials t SET queue = i.queue FROM incoming i
		WHERE t.hash = i.hash AND t.state = 'pending' AND t.queue <> i.queue`)
	return c, err
}

// mergeCells links the cells to their trials, and counts or forgets those
// that are no longer named.
func mergeCells(ctx context.Context, tx pgx.Tx, sweep string, only []string, prune bool, c *storage.PlanCounts) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO store.plan (sweep, experiment, cell, trial, idx, cell_values)
		SELECT DISTINCT ON (i.experiment, i.cell, t.id) $1, i.experiment, i.cell, t.id, i.idx, i.cell_values
		FROM incoming i JOIN store.trials t USING (hash)
		ORDER BY i.experiment, i.cell, t.id, i.idx
		ON CONFLICT (sweep, experiment, cell, trial) DO UPDATE SET idx = EXCLUDED.idx, cell_values = EXCLUDED.cell_values, wanted = true`, sweep)
	if err != nil {
		return err
	}
	const unnamed = `p.sweep = $1 AND p.wanted AND (cardinality($2::text[]) = 0 OR p.experiment = ANY ($2))
		AND NOT EXISTS (SELECT FROM incoming i JOIN store.trials t USING (hash)
			WHERE i.experiment = p.experiment AND i.cell = p.cell AND t.id = p.trial)`
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM store.plan p WHERE `+unnamed, sweep, only).Scan(&c.Unlinked); err != nil {
		return err
	}
	if prune && c.Unlinked > 0 {
		if _, err := tx.Exec(ctx, `UPDATE store.plan p SET wanted = false WHERE `+unnamed, sweep, only); err != nil {
			return err
		}
	}
	return tx.QueryRow(ctx, `SELECT count(*) FROM store.plan WHERE sweep = $1 AND wanted`, sweep).Scan(&c.Trials)
}
