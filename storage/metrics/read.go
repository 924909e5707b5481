package metrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// maxRows bounds every list that one call returns.
const maxRows = 100_000

// Filter narrows Trials. The zero Filter takes all.
type Filter struct {
	Experiment string             // "" for all
	State      storage.TrialState // "" for all
	From       int                // plan index to begin at: a page goes on at the last one's index + 1
	Limit      int                // 1 to 100,000; 0 is 100,000
}

const trialColumns = `trial_id, sweep, trial_index, experiment, task, cell, cell_values, seed, params, state, step, steps,
	attempts, coalesce(numerics, ''), nondeterministic, coalesce(reason, ''), updated`

func trialFields(t *storage.Trial) []any {
	return []any{&t.ID, &t.Sweep, &t.Index, &t.Experiment, &t.Task, &t.Cell, &t.CellValues, &t.Seed, &t.Params, &t.State, &t.Step, &t.Steps,
		&t.Attempts, &t.Numerics, &t.Nondeterministic, &t.Reason, &t.Updated}
}

// Trials lists a sweep's trials in plan order.
func (s *Store) Trials(ctx context.Context, sweep string, f Filter) ([]storage.Trial, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+trialColumns+` FROM public.trials
		WHERE sweep = $1 AND ($2 = '' OR experiment = $2) AND ($3 = '' OR state = $3) AND trial_index >= $4
		ORDER BY trial_index, cell LIMIT $5`, sweep, f.Experiment, string(f.State), f.From, limit(f.Limit))
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t storage.Trial, err error) {
		return t, row.Scan(trialFields(&t)...)
	})
	return out, explain("list the trials of sweep "+sweep, err)
}

func limit(n int) int {
	if n <= 0 || n > maxRows {
		return maxRows
	}
	return n
}

// Attempts lists the attempts of a sweep's trials, or of one trial (its hash),
// in plan order and then by fence.
func (s *Store) Attempts(ctx context.Context, sweepOrTrial string) ([]storage.Attempt, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT t.hash, a.fence, a.worker, a.workflow_id, a.started, a.ended, coalesce(a.last_seen, t.seen), a.from_step,
		       coalesce(a.last_step, t.step), a.rolled_back, coalesce(a.outcome, 'running'), coalesce(a.reason, ''),
		       a.numerics, coalesce(a.machine, ''), coalesce(a.version, ''), coalesce(a.git_commit, ''), coalesce(a.git_dirty, false),
		       coalesce((convert_from(c.config, 'UTF8')::jsonb->>'engine')::bigint, 0),
		       coalesce(convert_from(c.config, 'UTF8')::jsonb->>'data', ''), a.cpu_seconds
		FROM (SELECT trial, min(idx) AS at FROM store.plan WHERE sweep = $1 AND wanted GROUP BY trial
		      UNION ALL SELECT id, 0 FROM store.trials WHERE hash = $1) mine
		JOIN store.trials t ON t.id = mine.trial
		JOIN store.attempts a ON a.trial = mine.trial
		JOIN store.configs c ON c.trial = mine.trial
		ORDER BY mine.at, t.hash, a.fence LIMIT $2`, sweepOrTrial, maxRows)
	out, err := pgx.CollectRows(rows, scanAttempt)
	return out, explain("list the attempts of "+short(sweepOrTrial), err)
}

func scanAttempt(row pgx.CollectableRow) (a storage.Attempt, err error) {
	p := &a.Program
	return a, row.Scan(&a.TrialID, &a.Fence, &a.Worker, &a.WorkflowID, &a.Started, &a.Ended, &a.LastSeen, &a.FromStep,
		&a.LastStep, &a.RolledBack, &a.Outcome, &a.Reason,
		&a.Numerics, &p.Machine, &p.Version, &p.Commit, &p.Dirty, &a.Engine, &a.DataDigest, &a.CPUSeconds)
}

// Artifacts lists the artifacts of one name ("" for all) of an experiment's
// trials ("" for all), in plan order and then by name and step.
func (s *Store) Artifacts(ctx context.Context, sweep, experiment, name string) ([]storage.TrialArtifact, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT a.name, a.step, a.key, a.media_type, a.size, a.sha256, t.trial_id, t.experiment, t.cell, t.cell_values, t.seed
		FROM public.artifacts a JOIN public.trials t USING (trial_id)
		WHERE t.sweep = $1 AND ($2 = '' OR t.experiment = $2) AND ($3 = '' OR a.name = $3)
		ORDER BY t.trial_index, t.cell, a.name, a.step LIMIT $4`, sweep, experiment, name, maxRows)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a storage.TrialArtifact, err error) {
		return a, row.Scan(&a.Name, &a.Step, &a.Key, &a.MediaType, &a.Size, &a.SHA256, &a.TrialID, &a.Experiment, &a.Cell, &a.CellValues, &a.Seed)
	})
	return out, explain("list the artifacts of sweep "+sweep, err)
}

// Checkpoints lists a trial's checkpoints, oldest first.
func (s *Store) Checkpoints(ctx context.Context, trialID string) ([]storage.Checkpoint, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT c.step, c.key, c.size, c.sha256, c.etag FROM store.checkpoints c JOIN store.trials t ON t.id = c.trial
		WHERE t.hash = $1 ORDER BY c.step`, trialID)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Checkpoint])
	return out, explain("list the checkpoints of trial "+short(trialID), err)
}

// Series reads one metric of one trial from step from to step to, both
// included. With more than maxPoints points (0: no bound) it keeps evenly
// spaced ones, the first and the last among them.
func (s *Store) Series(ctx context.Context, trialID, metric string, from, to int64, maxPoints int) (storage.Series, error) {
	out := storage.Series{TrialID: trialID, Metric: metric}
	what := "read metric " + metric + " of trial " + short(trialID)
	var trial int64
	if err := s.pool.QueryRow(ctx, `SELECT id FROM store.trials WHERE hash = $1`, trialID).Scan(&trial); err != nil {
		return out, explain(what, noRowIs(storage.ErrNotFound, err))
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT first_step, last_step, stride, steps, vals FROM store.points
		WHERE trial = $1 AND metric = (SELECT id FROM store.metric_names WHERE name = $2) AND first_step <= $4 AND last_step >= $3
		ORDER BY first_step`, trial, metric, from, to)
	var c chunk
	_, err := pgx.ForEachRow(rows, []any{&c.first, &c.last, &c.stride, &c.steps, &c.vals}, func() error {
		if err := c.decode(); err != nil {
			return err
		}
		for i, step := range c.steps {
			if step >= from && step <= to {
				out.Steps, out.Values = append(out.Steps, step), append(out.Values, c.vals[i])
			}
		}
		return nil
	})
	if err != nil {
		return storage.Series{}, explain(what, err)
	}
	return thin(out, maxPoints), nil
}

// thin keeps n evenly spaced points.
func thin(s storage.Series, n int) storage.Series {
	if n <= 0 || len(s.Steps) <= n {
		return s
	}
	out := storage.Series{TrialID: s.TrialID, Metric: s.Metric}
	for i := range n {
		at := len(s.Steps) - 1
		if n > 1 {
			at = i * (len(s.Steps) - 1) / (n - 1)
		}
		out.Steps, out.Values = append(out.Steps, s.Steps[at]), append(out.Values, s.Values[at])
	}
	return out
}

// Trial reads one trial by its hash, as the first sweep that names it sees it.
func (s *Store) Trial(ctx context.Context, trialID string) (storage.Trial, error) {
	var t storage.Trial
	err := s.pool.QueryRow(ctx, `SELECT `+trialColumns+` FROM public.trials WHERE trial_id = $1 ORDER BY sweep, trial_index LIMIT 1`, trialID).
		Scan(trialFields(&t)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, fmt.Errorf("trial %s: %w", short(trialID), storage.ErrNotFound)
	}
	return t, explain("read trial "+short(trialID), err)
}
