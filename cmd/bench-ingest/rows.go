package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// rows measures the same points as one row each, keyed as they would have to
// be, many in one statement, in transactions of the same size that hold the
// trial's row as a commit does. A point sent again would be an error.
func rows(ctx context.Context, url string, o options) (result, error) {
	db, err := connect(url)
	if err != nil {
		return result{}, err
	}
	defer db.Close()
	if err := createRows(ctx, db, o.trials); err != nil {
		return result{}, err
	}
	o.trials = max(o.trials/o.share, o.writers)
	r := result{points: int64(o.trials) * o.steps * int64(len(metrics))}
	began := time.Now()
	if err := share(o, func(trials []int) error { return writeRows(ctx, db, o, trials) }); err != nil {
		return r, err
	}
	r.took = time.Since(began)
	r.size, err = bytesPerPoint(ctx, db, "bench_points", r.points)
	return r, err
}

func createRows(ctx context.Context, db *sql.DB, trials int) error {
	for _, statement := range []string{
		`CREATE TABLE bench_trials (id bigint PRIMARY KEY, fence bigint NOT NULL, step bigint NOT NULL)`,
		`CREATE TABLE bench_points (trial bigint NOT NULL, metric smallint NOT NULL, step bigint NOT NULL, value float8 NOT NULL,
			PRIMARY KEY (trial, metric, step))`,
		fmt.Sprintf(`INSERT INTO bench_trials SELECT i, 1, -1 FROM generate_series(0, %d) i`, trials),
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func writeRows(ctx context.Context, db *sql.DB, o options, trials []int) error {
	for first := int64(0); first < o.steps; first += perCommit {
		for _, t := range trials {
			if err := commitRows(ctx, db, o, t, first); err != nil {
				return err
			}
		}
	}
	return nil
}

func commitRows(ctx context.Context, db *sql.DB, o options, trial int, first int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	n := min(perCommit, o.steps-first)
	if _, err := tx.ExecContext(ctx, `UPDATE bench_trials SET step = $2 WHERE id = $1 AND fence = 1`, int64(trial), first+n-1); err != nil {
		return err
	}
	for i, c := range batch(trial, first, n) {
		metric := i / int((n+999)/1000)
		_, err := tx.ExecContext(ctx, `
			INSERT INTO bench_points SELECT $1, $2, step, value FROM unnest($3::bigint[], $4::float8[]) AS p(step, value)`,
			int64(trial), int16(metric), c.Steps, c.Values)
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}
