package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"sweep/report"
	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest/synthetic"
)

// reads are the questions of the pages, of compare and of the report, and
// those that people ask in SQL.
func reads(s *metrics.Store, spec synthetic.Spec) []read {
	b := bench{s, spec}
	return slices.Concat(b.calls(), b.questions(), b.pages(), b.pageReads())
}

type bench struct {
	s    *metrics.Store
	spec synthetic.Spec
}

// spread picks another trial each turn, all over the sweep.
func (b bench) spread(i int) int { return i * 7919 % b.spec.Trials }

func (b bench) trial(i int, ask func(hash string) (int, error)) (int, error) {
	hash, err := b.spec.Hash(b.spread(i))
	if err != nil {
		return 0, err
	}
	return ask(hash)
}

// count is the length of a list, beside its error.
func count[T any](list []T, err error) (int, error) { return len(list), err }

func (b bench) calls() []read {
	s, metric := b.s, synthetic.Metric
	return []read{
		{"every sweep with its progress", func(ctx context.Context, _ int) (int, error) { return count(s.Sweeps(ctx)) }},
		{"one sweep's progress", func(ctx context.Context, _ int) (int, error) {
			p, err := s.SweepProgress(ctx, synthetic.Sweep)
			return len(p.Experiments), err
		}},
		{"a page of 100 trials", func(ctx context.Context, i int) (int, error) {
			return count(s.Trials(ctx, synthetic.Sweep, metrics.Filter{Experiment: synthetic.Experiment, From: b.spread(i), Limit: 100}))
		}},
		{"a page of failed trials", func(ctx context.Context, _ int) (int, error) {
			return count(s.Trials(ctx, synthetic.Sweep, metrics.Filter{State: storage.Failed, Limit: 100}))
		}},
		{"one trial", func(ctx context.Context, i int) (int, error) {
			return b.trial(i, func(hash string) (int, error) { _, err := s.Trial(ctx, hash); return 1, err })
		}},
		{"one trial's attempts", func(ctx context.Context, i int) (int, error) {
			return b.trial(i, func(hash string) (int, error) { return count(s.Attempts(ctx, hash)) })
		}},
		{"one trial's checkpoints", func(ctx context.Context, i int) (int, error) {
			return b.trial(i, func(hash string) (int, error) { return count(s.Checkpoints(ctx, hash)) })
		}},
		{"one trial's curves, all metrics, 500 points each", func(ctx context.Context, i int) (int, error) {
			return b.trial(i, func(hash string) (int, error) { return b.curves(ctx, hash) })
		}},
		{"last values of one metric of every trial", func(ctx context.Context, _ int) (int, error) {
			return count(s.Finals(ctx, synthetic.Sweep, synthetic.Experiment, metric))
		}},
		{"values at a step of every trial", func(ctx context.Context, _ int) (int, error) {
			return count(s.FinalsAt(ctx, synthetic.Sweep, synthetic.Experiment, metric, b.spec.Steps/2))
		}},
		{"best values over time of every trial", func(ctx context.Context, _ int) (int, error) {
			return count(s.FinalsBest(ctx, synthetic.Sweep, synthetic.Experiment, metric, true))
		}},
		{"every trial of the sweep", func(ctx context.Context, _ int) (int, error) {
			return count(s.Trials(ctx, synthetic.Sweep, metrics.Filter{}))
		}},
		{"every attempt of the sweep", func(ctx context.Context, _ int) (int, error) { return count(s.Attempts(ctx, synthetic.Sweep)) }},
		{"every picture of the sweep", func(ctx context.Context, _ int) (int, error) {
			return count(s.Artifacts(ctx, synthetic.Sweep, synthetic.Experiment, "samples"))
		}},
		{"compare, with its statistics", func(ctx context.Context, _ int) (int, error) {
			c, err := report.Compare(ctx, s, synthetic.Sweep, report.Options{Experiment: synthetic.Experiment, Metric: metric})
			return len(c.Experiments), err
		}},
	}
}

func (b bench) curves(ctx context.Context, hash string) (n int, err error) {
	for _, name := range b.spec.MetricNames() {
		c, err := b.s.Series(ctx, hash, name, 0, math.MaxInt64, 500)
		if err != nil {
			return n, err
		}
		n += len(c.Steps)
	}
	return n, nil
}

// questions are statements as docs/sql.md has them.
func (b bench) questions() []read {
	ask := func(name, statement string) read {
		return read{"SQL: " + name, func(ctx context.Context, i int) (int, error) {
			var sql string
			if hash, err := b.spec.Hash(b.spread(i)); err != nil {
				return 0, err
			} else {
				sql = strings.NewReplacer("TRIAL", hash, "CELL", synthetic.TrialOf(b.spread(i)).Cell()).Replace(statement)
			}
			t, err := b.s.Query(ctx, sql, 0, 0)
			return len(t.Rows), err
		}}
	}
	return []read{
		ask("mean last value by k and z_dim", fmt.Sprintf(`SELECT k, z_dim, count(*), avg(value), stddev_samp(value) FROM final
			WHERE sweep = '%s' AND name = '%s' AND outcome = 'finished' GROUP BY k, z_dim ORDER BY k, z_dim`, synthetic.Sweep, synthetic.Metric)),
		ask("one metric of one trial", `SELECT step, value FROM metrics WHERE trial_id = 'TRIAL' AND name = 'd_loss' ORDER BY step`),
		ask("the curve of one cell", fmt.Sprintf(`SELECT step, n, mean, low, high FROM curves
			WHERE sweep = '%s' AND cell = 'CELL' AND name = '%s' ORDER BY step`, synthetic.Sweep, synthetic.Metric)),
		ask("what each cell costs", fmt.Sprintf(`SELECT cell, count(*), avg(seconds), sum(attempts) FROM cost WHERE sweep = '%s' GROUP BY cell`, synthetic.Sweep)),
		ask("share diverged by cell", fmt.Sprintf(`SELECT cell, count(*) FILTER (WHERE outcome = 'diverged') AS diverged, count(*) FROM trials
			WHERE sweep = '%s' GROUP BY cell`, synthetic.Sweep)),
		ask("paired differences of two cells", fmt.Sprintf(`SELECT seed, difference FROM paired WHERE sweep = '%s' AND name = '%s'
			AND cell_a = 'k=1 z_dim=2 d_lr=0.0001220703125' AND cell_b = 'k=5 z_dim=2 d_lr=0.0001220703125'`, synthetic.Sweep, synthetic.Metric)),
	}
}
