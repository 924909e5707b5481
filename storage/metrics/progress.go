package metrics

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Sweeps lists every sweep with its progress, newest submission first.
func (s *Store) Sweeps(ctx context.Context) ([]storage.SweepProgress, error) {
	rows, _ := s.pool.Query(ctx, `SELECT name FROM store.sweeps ORDER BY submitted DESC, name LIMIT $1`, maxRows)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, explain("list the sweeps", err)
	}
	out := make([]storage.SweepProgress, 0, len(names))
	for _, n := range names {
		p, err := s.SweepProgress(ctx, n)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// SweepProgress tells where a sweep stands, or storage.ErrNotFound. Everything
// is read from one snapshot.
func (s *Store) SweepProgress(ctx context.Context, name string) (storage.SweepProgress, error) {
	var p storage.SweepProgress
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		p, err = progress(ctx, tx, name)
		return err
	})
	return p, explain("read the progress of sweep "+name, err)
}

func progress(ctx context.Context, tx pgx.Tx, name string) (p storage.SweepProgress, err error) {
	rows, _ := tx.Query(ctx, `SELECT `+sweepColumns+` FROM store.sweeps WHERE name = $1`, name)
	if p.Sweep, err = pgx.CollectExactlyOneRow(rows, scanSweep); err != nil {
		return p, noRowIs(storage.ErrNotFound, err)
	}
	if p.Experiments, err = experiments(ctx, tx, name); err != nil {
		return p, err
	}
	for i := range p.Experiments {
		if err := experimentProgress(ctx, tx, &p.Experiments[i]); err != nil {
			return p, err
		}
	}
	var at time.Time
	err = tx.QueryRow(ctx, `
		WITH mine AS (SELECT DISTINCT trial FROM store.plan WHERE sweep = $1 AND wanted)
		SELECT (SELECT coalesce(sum(a.rolled_back), 0) FROM store.attempts a JOIN mine USING (trial)),
		       (SELECT coalesce(sum(t.attempts), 0) FROM store.trials t JOIN mine ON mine.trial = t.id),
		       (SELECT count(*) FROM store.trials t JOIN mine ON mine.trial = t.id WHERE t.nondeterministic),
		       (SELECT coalesce(sum(w.slots), 0) FROM store.workers w WHERE w.seen > clock_timestamp() - $2::interval AND (
		            w.queue IN (SELECT t.queue FROM store.trials t JOIN mine ON mine.trial = t.id))),
		       clock_timestamp()`, name, workerLife).Scan(&p.RolledBack, &p.Attempts, &p.Nondeterministic, &p.Slots, &at)
	p.At = at
	return p, err
}

func experiments(ctx context.Context, tx pgx.Tx, sweep string) ([]storage.ExperimentProgress, error) {
	rows, _ := tx.Query(ctx, `
		SELECT sweep, name, task, position, metric, goal, axes FROM store.experiments e
		WHERE sweep = $1 AND EXISTS (SELECT FROM store.plan p WHERE p.sweep = e.sweep AND p.experiment = e.name AND p.wanted)
		ORDER BY position, name`, sweep)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p storage.ExperimentProgress, err error) {
		e := &p.Experiment
		return p, row.Scan(&e.Sweep, &e.Name, &e.Task, &e.Position, &e.Metric, &e.Goal, &e.Axes)
	})
}

// experimentProgress counts each trial once, and averages the metric's last
// values unless one of them is not finite.
func experimentProgress(ctx context.Context, tx pgx.Tx, p *storage.ExperimentProgress) error {
	rows, _ := tx.Query(ctx, `
		SELECT t.state, count(*), coalesce(sum(greatest(t.step, 0)), 0)::bigint, coalesce(sum(t.steps), 0)::bigint FROM store.trials t
		WHERE t.id IN (SELECT trial FROM store.plan WHERE sweep = $1 AND experiment = $2 AND wanted)
		GROUP BY t.state`, p.Sweep, p.Name)
	var state storage.TrialState
	var n int
	var done, total int64
	_, err := pgx.ForEachRow(rows, []any{&state, &n, &done, &total}, func() error {
		add(&p.Counts, state, n)
		p.StepsDone, p.StepsTotal = p.StepsDone+done, p.StepsTotal+total
		return nil
	})
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `
		SELECT CASE WHEN bool_and(abs(l.value) < 1e150) THEN avg(l.value) FILTER (WHERE abs(l.value) < 1e150) END
		FROM (SELECT DISTINCT trial FROM store.plan WHERE sweep = $1 AND experiment = $2 AND wanted) m
		CROSS JOIN LATERAL (
			SELECT p.vals[cardinality(p.vals)] AS value FROM store.points p
			WHERE p.trial = m.trial AND p.metric = (SELECT id FROM store.metric_names WHERE name = $3)
			ORDER BY p.first_step DESC LIMIT 1) l`, p.Sweep, p.Name, p.Metric).Scan(&p.Last)
}
