package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// pointColumns are a point with the trial's place in the sweep.
var pointColumns = []Column{{"sweep", Text}, {"experiment", Text}, {"cell", Text}, {"seed", Int}, {"trial_id", Text},
	{"name", Text}, {"step", Int}, {"value", Float}}

// pointPage is how many trials one statement reads: their chunks are sorted in
// the server's memory.
const pointPage = 32

// planned is one line of the plan.
type planned struct {
	Experiment, Cell string
	Seed             int64
	Hash             string
	Trial            int64
}

// exportPoints reads chunks, not rows: the server never unpacks one.
func exportPoints(ctx context.Context, tx pgx.Tx, x Extract, to Sink) error {
	if err := to.Begin(pointColumns); err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, `
		SELECT p.experiment, p.cell, t.seed, t.hash, t.id FROM store.plan p JOIN store.trials t ON t.id = p.trial
		WHERE p.sweep = $1 AND ($2 = '' OR p.experiment = $2) AND p.wanted ORDER BY p.idx, p.cell`, x.Sweep, x.Experiment)
	plan, err := pgx.CollectRows(rows, pgx.RowToStructByPos[planned])
	if err != nil {
		return err
	}
	for done := 0; done < len(plan); {
		page := plan[done:min(done+pointPage, len(plan))]
		if err := exportPage(ctx, tx, x, page, to); err != nil {
			return err
		}
		done += len(page)
		to.Progress(done, len(plan))
	}
	return nil
}

func exportPage(ctx context.Context, tx pgx.Tx, x Extract, page []planned, to Sink) error {
	trials := make([]int64, len(page))
	for i, p := range page {
		trials[i] = p.Trial
	}
	rows, _ := tx.Query(ctx, `
		SELECT w.i, n.name, p.first_step, p.last_step, p.stride, p.steps, p.vals
		FROM unnest($1::bigint[]) WITH ORDINALITY AS w(trial, i)
		JOIN store.points p ON p.trial = w.trial
		JOIN store.metric_names n ON n.id = p.metric
		WHERE $2::text[] = '{}' OR n.name = ANY ($2)
		ORDER BY w.i, n.name, p.first_step`, trials, x.Metrics)
	var at int
	var c chunk
	row := make([]any, len(pointColumns))
	_, err := pgx.ForEachRow(rows, []any{&at, &c.name, &c.first, &c.last, &c.stride, &c.steps, &c.vals}, func() error {
		if err := c.decode(); err != nil {
			return err
		}
		p := page[at-1]
		row[0], row[1], row[2], row[3], row[4], row[5] = x.Sweep, p.Experiment, p.Cell, p.Seed, p.Hash, c.name
		for i, step := range c.steps {
			row[6], row[7] = step, c.vals[i]
			if err := to.Row(row); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
