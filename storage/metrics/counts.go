package metrics

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Counts tells how many of a sweep's trials are in each state. A trial that
// two cells name counts once.
func (s *Store) Counts(ctx context.Context, sweep string) (storage.Counts, error) {
	c, err := countsOf(ctx, s.pool, sweep)
	return c, explain("count the trials of sweep "+sweep, err)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func countsOf(ctx context.Context, q querier, sweep string) (c storage.Counts, err error) {
	rows, _ := q.Query(ctx, `
		SELECT t.state, count(*) FROM store.trials t
		WHERE t.id IN (SELECT trial FROM store.plan WHERE sweep = $1 AND wanted) GROUP BY t.state`, sweep)
	var state storage.TrialState
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { add(&c, state, n); return nil })
	return c, err
}

func add(c *storage.Counts, state storage.TrialState, n int) {
	switch state {
	case storage.Pending:
		c.Pending += n
	case storage.Dispatched:
		c.Dispatched += n
	case storage.Running:
		c.Running += n
	case storage.Finished:
		c.Finished += n
	case storage.Diverged:
		c.Diverged += n
	case storage.Failed:
		c.Failed += n
	case storage.Cancelled:
		c.Cancelled += n
	}
}

// noRowIs turns "no row" into the error that it means here.
func noRowIs(means, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return means
	}
	return err
}
