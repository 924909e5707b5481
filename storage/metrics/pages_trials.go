package metrics

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// order is a sort key of a list of trials: how it is read, and how a mark's
// text becomes a value to compare with.
type order struct {
	key   string
	parse func(string) (any, error)
}

// orders are the only texts that reach the statement. A missing value sorts
// last either way: %s is the infinity at the list's end.
var orders = map[storage.TrialSort]order{
	storage.ByPlan:    {"p.idx", wholeNumber},
	storage.BySeed:    {"t.seed", wholeNumber},
	storage.ByStep:    {"t.step", wholeNumber},
	storage.ByUpdated: {"(extract(epoch FROM t.updated) * 1000000)::bigint", wholeNumber},
	storage.ByValue:   {"coalesce(nullif(v.value, 'NaN'), '%s')", anyNumber},
}

func wholeNumber(s string) (any, error) { return strconv.ParseInt(s, 10, 64) }

func anyNumber(s string) (any, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && math.IsNaN(v) {
		err = strconv.ErrSyntax
	}
	return v, err
}

// lastOf joins the last value of metric $5 of a trial's number as v.
func lastOf(trial string) string {
	return ` LEFT JOIN LATERAL (
		SELECT c.vals[cardinality(c.vals)] AS value FROM store.points c
		WHERE c.trial = ` + trial + ` AND c.metric = $5 ORDER BY c.first_step DESC LIMIT 1) v ON true`
}

// TrialLines lists one page of an experiment's trials. A mark that no list
// gave, or an unknown order, is storage.ErrInvalid.
func (s *Store) TrialLines(ctx context.Context, q storage.TrialQuery) ([]storage.TrialLine, error) {
	what := "list the trials of experiment " + q.Experiment
	metric, err := s.knownMetric(ctx, q.Metric)
	if err != nil {
		return nil, explain(what, err)
	}
	args := []any{q.Sweep, q.Experiment, string(q.State), q.Cell, metric, bounded(q.Limit)}
	sql, args, err := pageOf(q, args)
	if err != nil {
		return nil, explain(what, err)
	}
	rows, _ := s.pool.Query(ctx, sql, args...)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l storage.TrialLine, err error) {
		return l, row.Scan(&l.Key, &l.Index, &l.ID, &l.Cell, &l.Seed, &l.State, &l.Step, &l.Steps, &l.Attempts, &l.Nondeterministic, &l.Reason, &l.Updated, &l.Value)
	})
	return out, explain(what, err)
}

// pageOf writes the statement. The rows are chosen first, and only theirs are
// the last values read, unless the order is by value.
func pageOf(q storage.TrialQuery, args []any) (string, []any, error) {
	o, ok := orders[cmp.Or(q.Sort, storage.ByPlan)]
	if !ok {
		return "", nil, fmt.Errorf("%w: no order %q", storage.ErrInvalid, q.Sort)
	}
	key, direction, compare := strings.ReplaceAll(o.key, "%s", "Infinity"), " ASC", ">"
	if q.Descending {
		key, direction, compare = strings.ReplaceAll(o.key, "%s", "-Infinity"), " DESC", "<"
	}
	inner, kept, outer, value := "", "NULL::float8", lastOf("page.id"), "v.value"
	if q.Sort == storage.ByValue {
		inner, kept, outer, value = lastOf("t.id"), "v.value", "", "page.kept"
	}
	after := ""
	if q.After != nil {
		k, err := o.parse(q.After.Key)
		if err != nil {
			return "", nil, fmt.Errorf("%w: %q does not mark a place in a list by %s", storage.ErrInvalid, q.After.Key, q.Sort)
		}
		args = append(args, k, q.After.Index, q.After.ID, q.After.Cell)
		after = " AND (" + key + ", p.idx, t.hash, p.cell) " + compare + " ($7, $8, $9, $10)"
	}
	return `WITH page AS (
		SELECT ` + key + ` AS key, p.idx, p.cell, t.*, ` + kept + ` AS kept FROM store.plan p JOIN store.trials t ON t.id = p.trial` + inner + `
		WHERE p.sweep = $1 AND p.experiment = $2 AND p.wanted AND ($3 = '' OR t.state = $3) AND ($4 = '' OR p.cell = $4)` + after + `
		ORDER BY ` + strings.Join([]string{key, "p.idx", "t.hash", "p.cell"}, direction+", ") + direction + ` LIMIT $6)
	SELECT key::text, idx, hash, cell, seed, state, step, steps, attempts, nondeterministic, coalesce(reason, ''), updated, ` + value + `
	FROM page` + outer + ` ORDER BY ` + strings.Join([]string{"page.key", "idx", "hash", "cell"}, direction+", ") + direction, args, nil
}

// knownMetric is a metric's number, nil for one that nothing was recorded
// under: reading never makes a name.
func (s *Store) knownMetric(ctx context.Context, name string) (*int16, error) {
	if id, ok := s.names.Load(name); ok {
		known := id.(int16)
		return &known, nil
	}
	rows, _ := s.pool.Query(ctx, `SELECT id FROM store.metric_names WHERE name = $1`, name)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int16])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	s.names.Store(name, ids[0])
	return &ids[0], nil
}

// CellLines lists an experiment's cells in plan order, at most limit (1 to
// 200) from the given position.
func (s *Store) CellLines(ctx context.Context, sweep, experiment string, from, limit int) (cells []storage.CellLine, total int, err error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.cell, `+counted+`, count(*) OVER () FROM store.plan p JOIN store.trials t ON t.id = p.trial
		WHERE p.sweep = $1 AND p.experiment = $2 AND p.wanted
		GROUP BY p.cell ORDER BY min(p.idx), p.cell OFFSET $3 LIMIT $4`, sweep, experiment, max(from, 0), bounded(limit))
	cells, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c storage.CellLine, err error) {
		fields := append([]any{&c.Cell}, countFields(&c.Counts)...)
		return c, row.Scan(append(fields, &total)...)
	})
	return cells, total, explain("list the cells of experiment "+experiment, err)
}

// TrialAttempts lists one trial's attempts, newest first, at most 200.
func (s *Store) TrialAttempts(ctx context.Context, trialID string) ([]storage.Attempt, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT trial_id, fence, worker, workflow_id, started, ended, last_seen, from_step, last_step, points_rolled_back, outcome, coalesce(reason, ''),
		       numerics, coalesce(machine, ''), coalesce(version, ''), coalesce(git_commit, ''), coalesce(git_dirty, false), coalesce(engine, 0),
		       coalesce(data_digest, ''), cpu_seconds
		FROM public.attempts WHERE trial_id = $1 ORDER BY fence DESC LIMIT $2`, trialID, maxListed)
	out, err := pgx.CollectRows(rows, scanAttempt)
	return out, explain("list the attempts of trial "+short(trialID), err)
}

// TrialArtifacts lists one trial's artifacts by name and step, at most 10,000.
func (s *Store) TrialArtifacts(ctx context.Context, trialID string) ([]storage.Artifact, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT a.name, a.step, a.key, a.media_type, a.size, a.sha256 FROM store.artifacts a
		WHERE a.trial = (SELECT id FROM store.trials WHERE hash = $1) ORDER BY a.name, a.step LIMIT 10000`, trialID)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Artifact])
	return out, explain("list the artifacts of trial "+short(trialID), err)
}

// Artifact finds one artifact of a trial, or storage.ErrNotFound.
func (s *Store) Artifact(ctx context.Context, trialID, name string, step int64) (storage.Artifact, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT a.name, a.step, a.key, a.media_type, a.size, a.sha256 FROM store.artifacts a
		WHERE a.trial = (SELECT id FROM store.trials WHERE hash = $1) AND a.name = $2 AND a.step = $3`, trialID, name, step)
	out, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[storage.Artifact])
	return out, explain("find an artifact of trial "+short(trialID), noRowIs(storage.ErrNotFound, err))
}

// LastValues lists the last point of every metric of a trial.
func (s *Store) LastValues(ctx context.Context, trialID string) ([]storage.LastValue, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT n.name, l.last_step, l.value FROM store.metric_names n
		CROSS JOIN LATERAL (
			SELECT p.last_step, p.vals[cardinality(p.vals)] AS value FROM store.points p
			WHERE p.trial = (SELECT id FROM store.trials WHERE hash = $1) AND p.metric = n.id ORDER BY p.first_step DESC LIMIT 1) l
		ORDER BY n.id`, trialID)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.LastValue])
	return out, explain("read the last values of trial "+short(trialID), err)
}

// TrialSweeps lists the sweeps that name a trial, at most 50.
func (s *Store) TrialSweeps(ctx context.Context, trialID string) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT DISTINCT p.sweep FROM store.plan p
		WHERE p.trial = (SELECT id FROM store.trials WHERE hash = $1) AND p.wanted ORDER BY p.sweep LIMIT 50`, trialID)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, explain("list the sweeps of trial "+short(trialID), err)
}
