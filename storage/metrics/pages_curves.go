package metrics

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// drawn is a trial whose curve is wanted, and how much there is of it.
type drawn struct {
	id          int64
	hash, cell  string
	seed        int64
	n           int64 // points
	first, last int64 // steps
	lastStep    int64
	lastValue   float64
	steps       []int64
	values      []float64
}

// Curves reads thinned curves of one metric, trials without a point left out.
// Trials come by cell, each cell's in plan order. Points are taken at the same
// multiples of steps for all, so that a mean over seeds has something to stand
// on; no chunk is unpacked that holds none of them. Of the wanted trials at most
// q.Trials (1 to 400) are read, cells taking turns; of each about q.Points (2 to
// 2000).
func (s *Store) Curves(ctx context.Context, q storage.CurveQuery) ([]storage.Curve, error) {
	what := "read the curves of metric " + q.Metric
	metric, err := s.knownMetric(ctx, q.Metric)
	if err != nil || metric == nil {
		return nil, explain(what, err)
	}
	chosen, err := s.drawn(ctx, q, *metric)
	if err != nil || len(chosen) == 0 {
		return nil, explain(what, err)
	}
	if err := s.pick(ctx, chosen, *metric, int64(min(max(q.Points, 2), 2000))); err != nil {
		return nil, explain(what, err)
	}
	out := make([]storage.Curve, len(chosen))
	for i, d := range chosen {
		out[i] = storage.Curve{Series: storage.Series{TrialID: d.hash, Metric: q.Metric, Steps: d.steps, Values: d.values}, Cell: d.cell, Seed: d.seed}
	}
	return out, nil
}

// drawn chooses trials and measures their curves.
func (s *Store) drawn(ctx context.Context, q storage.CurveQuery, metric int16) ([]*drawn, error) {
	chosen := `SELECT cell, trial, idx FROM (
			SELECT cell, trial, idx, row_number() OVER (PARTITION BY cell ORDER BY idx, trial) AS place FROM store.plan
			WHERE sweep = $2 AND experiment = $3 AND wanted AND cell = ANY($4)
			  AND EXISTS (SELECT FROM store.trials t WHERE t.id = trial AND t.attempts > 0)) turns
		ORDER BY place, idx LIMIT $5`
	args := []any{metric, q.Sweep, q.Experiment, q.Cells, min(max(q.Trials, 1), 400)}
	if q.Trial != "" {
		chosen = `SELECT '' AS cell, id AS trial, 0 AS idx FROM store.trials WHERE hash = $2`
		args = []any{metric, q.Trial}
	}
	rows, _ := s.pool.Query(ctx, `
		WITH chosen AS (`+chosen+`)
		SELECT t.id, t.hash, chosen.cell, t.seed, m.n, m.first, m.last, l.last_step, l.value
		FROM chosen JOIN store.trials t ON t.id = chosen.trial
		CROSS JOIN LATERAL (
			SELECT sum(cardinality(p.vals)) AS n, min(p.first_step) AS first, max(p.last_step) AS last
			FROM store.points p WHERE p.trial = t.id AND p.metric = $1) m
		CROSS JOIN LATERAL (
			SELECT p.last_step, p.vals[cardinality(p.vals)] AS value FROM store.points p
			WHERE p.trial = t.id AND p.metric = $1 ORDER BY p.first_step DESC LIMIT 1) l
		ORDER BY min(chosen.idx) OVER (PARTITION BY chosen.cell), chosen.cell, chosen.idx, t.id`, args...)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*drawn, error) {
		d := &drawn{}
		return d, row.Scan(&d.id, &d.hash, &d.cell, &d.seed, &d.n, &d.first, &d.last, &d.lastStep, &d.lastValue)
	})
}

// grid is the spacing of the points that are kept: every `every`-th multiple of
// gap. gap is the distance of the longest curve's points.
func grid(chosen []*drawn, points int64) (gap, every int64) {
	longest := chosen[0]
	for _, d := range chosen {
		if d.n > longest.n {
			longest = d
		}
	}
	gap = 1
	if longest.n > 1 {
		gap = max(1, (longest.last-longest.first)/(longest.n-1))
	}
	return gap, (longest.n + points - 1) / points
}

// pick reads the points on the grid, and adds each curve's last. A chunk whose
// steps are gap apart is indexed, not unpacked: a curve of a million steps costs
// its chunks' headers and the points that are shown.
func (s *Store) pick(ctx context.Context, chosen []*drawn, metric int16, points int64) error {
	gap, every := grid(chosen, points)
	byID := make(map[int64][]*drawn, len(chosen))
	ids := make([]int64, len(chosen))
	for i, d := range chosen {
		ids[i] = d.id
		byID[d.id] = append(byID[d.id], d)
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT p.trial, g.step, p.vals[g.i] FROM (SELECT DISTINCT unnest($1::bigint[]) AS trial) wanted
		JOIN store.points p ON p.trial = wanted.trial AND p.metric = $2
		CROSS JOIN LATERAL (SELECT coalesce(p.stride = $3 AND $4 > 1, false) AS even) e
		CROSS JOIN LATERAL (
			SELECT i, coalesce(p.steps[i], p.first_step + (i - 1) * p.stride::bigint) AS step
			FROM generate_series(
				CASE WHEN e.even THEN 1 + (($4 - (p.first_step / $3) % $4) % $4)::integer ELSE 1 END,
				cardinality(p.vals), CASE WHEN e.even THEN $4::integer ELSE 1 END) i) g
		WHERE (g.step / $3) % $4 = 0
		ORDER BY p.trial, g.step LIMIT 2000000`, ids, metric, gap, every)
	var trial, step int64
	var value float64
	_, err := pgx.ForEachRow(rows, []any{&trial, &step, &value}, func() error {
		for _, d := range byID[trial] {
			d.steps, d.values = append(d.steps, step), append(d.values, value)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("pick every %d-th point: %w", every, err)
	}
	for _, d := range chosen {
		if n := len(d.steps); n == 0 || d.steps[n-1] < d.lastStep {
			d.steps, d.values = append(d.steps, d.lastStep), append(d.values, d.lastValue)
		}
	}
	return nil
}
