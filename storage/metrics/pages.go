package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// This file and its neighbours pages_*.go hold the reads that only the live
// page makes. Each takes a bounded number of rows and chunks.

// counted are a set of trials by state, and their steps; t is store.trials.
const counted = `count(*) FILTER (WHERE t.state = 'pending'), count(*) FILTER (WHERE t.state = 'dispatched'),
	count(*) FILTER (WHERE t.state = 'running'), count(*) FILTER (WHERE t.state = 'finished'), count(*) FILTER (WHERE t.state = 'diverged'),
	count(*) FILTER (WHERE t.state = 'failed'), count(*) FILTER (WHERE t.state = 'cancelled')`

func countFields(c *storage.Counts) []any {
	return []any{&c.Pending, &c.Dispatched, &c.Running, &c.Finished, &c.Diverged, &c.Failed, &c.Cancelled}
}

// rate is the outer steps per second of the open attempts among the trials t.
const rate = `coalesce((SELECT sum((t.step - greatest(a.from_step, 0)) / extract(epoch FROM t.seen - a.started)) FROM mine
	JOIN store.trials t ON t.id = mine.trial AND t.state = 'running'
	JOIN store.attempts a ON a.trial = t.id AND a.fence = t.fence
	WHERE t.step > a.from_step AND t.seen > a.started), 0)::float8`

// SweepLines lists sweeps, newest submission first, at most limit (1 to 200)
// after the mark. A trial that two experiments name counts for each, as in
// SweepProgress.
func (s *Store) SweepLines(ctx context.Context, after storage.SweepMark, limit int) ([]storage.SweepLine, error) {
	rows, _ := s.pool.Query(ctx, `
		WITH page AS (
			SELECT name, file, state, submitted FROM store.sweeps
			WHERE $2 = '' OR (submitted, name) < ($1, $2) ORDER BY submitted DESC, name DESC LIMIT $3)
		SELECT page.*, c.*, r.rate FROM page
		CROSS JOIN LATERAL (
			SELECT `+counted+`, coalesce(sum(greatest(t.step, 0)), 0)::bigint, coalesce(sum(t.steps), 0)::bigint
			FROM (SELECT DISTINCT experiment, trial FROM store.plan WHERE sweep = page.name AND wanted) mine
			JOIN store.trials t ON t.id = mine.trial) c
		CROSS JOIN LATERAL (
			WITH mine AS (SELECT DISTINCT trial FROM store.plan WHERE sweep = page.name AND wanted AND page.state IN ('running', 'paused'))
			SELECT `+rate+` AS rate) r
		ORDER BY submitted DESC, name DESC`, after.Submitted, after.Name, bounded(limit))
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l storage.SweepLine, err error) {
		fields := append([]any{&l.Name, &l.File, &l.State, &l.Submitted}, countFields(&l.Counts)...)
		return l, row.Scan(append(fields, &l.StepsDone, &l.StepsTotal, &l.Rate)...)
	})
	return out, explain("list the sweeps", err)
}

// ExperimentLines lists a sweep's experiments in file order, or the named one,
// with what each has cost; empty where there are no trials.
func (s *Store) ExperimentLines(ctx context.Context, sweep, experiment string) ([]storage.ExperimentLine, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT e.sweep, e.name, e.task, e.position, e.metric, e.goal, e.axes, c.* FROM store.experiments e
		CROSS JOIN LATERAL (
			WITH mine AS (SELECT DISTINCT trial FROM store.plan WHERE sweep = e.sweep AND experiment = e.name AND wanted),
			cost AS (
				SELECT count(*) AS attempts, sum(extract(epoch FROM coalesce(a.ended, a.last_seen, t.seen) - a.started))::float8 AS seconds,
				       sum(coalesce(a.last_step, t.step) - a.from_step)::bigint AS steps, sum(a.rolled_back)::bigint AS rolled_back, sum(a.cpu_seconds) AS cpu_seconds
				FROM mine JOIN store.trials t ON t.id = mine.trial JOIN store.attempts a ON a.trial = t.id)
			SELECT `+counted+`, coalesce(sum(greatest(t.step, 0)), 0)::bigint, coalesce(sum(t.steps), 0)::bigint, `+rate+`,
			       (SELECT attempts FROM cost), (SELECT coalesce(seconds, 0) FROM cost), (SELECT coalesce(steps, 0) FROM cost),
			       (SELECT coalesce(rolled_back, 0) FROM cost), (SELECT coalesce(cpu_seconds, 0) FROM cost), count(*) AS n
			FROM mine JOIN store.trials t ON t.id = mine.trial) c
		WHERE e.sweep = $1 AND ($2 = '' OR e.name = $2) AND c.n > 0 ORDER BY e.position, e.name LIMIT 1000`, sweep, experiment)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l storage.ExperimentLine, err error) {
		var n int
		fields := append([]any{&l.Sweep, &l.Name, &l.Task, &l.Position, &l.Metric, &l.Goal, &l.Axes}, countFields(&l.Counts)...)
		return l, row.Scan(append(fields, &l.StepsDone, &l.StepsTotal, &l.Rate, &l.Attempts, &l.Seconds, &l.StepsTrained, &l.RolledBack, &l.CPUSeconds, &n)...)
	})
	return out, explain("list the experiments of sweep "+sweep, err)
}

// maxListed bounds the rows of one page.
const maxListed = 200

func bounded(n int) int { return min(max(n, 1), maxListed) }
