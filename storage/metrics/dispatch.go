package metrics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// How many trials of a sweep may be in flight: enough that no slot waits, few
// enough that histories stay short (design.md §6).
const (
	windowPerSlot = 3
	minWindow     = 4
)

// GroupID is the workflow that trains a trial. A trial has one at a time.
func GroupID(hash string) string { return "group/" + hash }

// Dispatch hands out pending trials in plan order and marks them dispatched to
// their group. At most limit are in flight afterwards (0: no bound of the
// caller's), and no more than the window: three for each slot of the live
// workers on the trial's queue, at least four. What another sweep has in
// flight counts and is not taken. A sweep that is not running gets nothing.
func (s *Store) Dispatch(ctx context.Context, sweep string, limit int) ([]storage.Dispatch, storage.Counts, error) {
	var out []storage.Dispatch
	var counts storage.Counts
	err := s.inTx(ctx, "dispatch trials of sweep "+sweep, func(tx pgx.Tx) (err error) {
		out, err = dispatch(ctx, tx, sweep, limit)
		if err != nil {
			return err
		}
		counts, err = countsOf(ctx, tx, sweep)
		return err
	})
	if err != nil {
		return nil, counts, err
	}
	return out, counts, nil
}

func dispatch(ctx context.Context, tx pgx.Tx, sweep string, limit int) ([]storage.Dispatch, error) {
	var state storage.SweepState
	if err := tx.QueryRow(ctx, `SELECT state FROM store.sweeps WHERE name = $1 FOR NO KEY UPDATE`, sweep).Scan(&state); err != nil {
		return nil, noRowIs(storage.ErrNotFound, err)
	}
	if state != storage.SweepRunning {
		return nil, nil
	}
	rooms, inFlight, err := rooms(ctx, tx, sweep)
	if err != nil {
		return nil, err
	}
	left := len(rooms) * maxPage
	if limit > 0 {
		left = limit - inFlight
	}
	var out []storage.Dispatch
	for _, r := range rooms {
		page, err := take(ctx, tx, sweep, r.queue, min(r.room, left, maxPage))
		if err != nil {
			return nil, err
		}
		left -= len(page)
		out = append(out, page...)
	}
	return out, nil
}

// maxPage bounds the trials that one call hands out.
const maxPage = 1000

type room struct {
	queue    string
	inFlight int
	room     int
}

// rooms tells for each queue of the sweep how many more trials it may have in flight.
func rooms(ctx context.Context, tx pgx.Tx, sweep string) ([]room, int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.queue, count(DISTINCT t.id) FILTER (WHERE t.state IN ('dispatched', 'running')),
		       (SELECT coalesce(sum(w.slots), 0) FROM store.workers w WHERE w.queue = t.queue AND w.seen > clock_timestamp() - $2::interval)
		FROM store.plan p JOIN store.trials t ON t.id = p.trial
		WHERE p.sweep = $1 AND p.wanted AND t.state IN ('pending', 'dispatched', 'running')
		GROUP BY t.queue ORDER BY t.queue`, sweep, workerLife)
	total := 0
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r room, err error) {
		var slots int
		err = row.Scan(&r.queue, &r.inFlight, &slots)
		r.room = max(windowPerSlot*slots, minWindow) - r.inFlight
		total += r.inFlight
		return r, err
	})
	return out, total, err
}

// take marks up to n pending trials of one queue dispatched.
func take(ctx context.Context, tx pgx.Tx, sweep, queue string, n int) ([]storage.Dispatch, error) {
	if n <= 0 {
		return nil, nil
	}
	ids, found, err := pending(ctx, tx, sweep, queue, n)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `UPDATE store.trials SET state = 'dispatched', workflow_id = 'group/' || hash, updated = clock_timestamp() WHERE id = ANY ($1)`, ids)
	return found, err
}

// pending locks the sweep's next trials; those that another sweep is taking at
// this moment are passed over.
func pending(ctx context.Context, tx pgx.Tx, sweep, queue string, n int) (ids []int64, out []storage.Dispatch, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.id, t.hash, p.experiment, t.task, p.cell, t.seed, t.queue, c.params
		FROM store.plan p JOIN store.trials t ON t.id = p.trial JOIN store.configs c ON c.trial = t.id
		WHERE p.sweep = $1 AND p.wanted AND t.state = 'pending' AND t.queue = $2
		ORDER BY p.idx LIMIT $3 FOR UPDATE OF t SKIP LOCKED`, sweep, queue, n)
	var id int64
	var d storage.Dispatch
	var params []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Hash, &d.Experiment, &d.Task, &d.Cell, &d.Seed, &d.Queue, &params}, func() error {
		if slices.Contains(ids, id) { // the first of the cells that share it stands for it
			return nil
		}
		ids, out = append(ids, id), append(out, d)
		return describe(&out[len(out)-1], params)
	})
	return ids, out, err
}

// describe fills in what a search finds the trial by.
func describe(d *storage.Dispatch, params []byte) error {
	dec := json.NewDecoder(bytes.NewReader(params))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return fmt.Errorf("parameters of trial %.12s: %w", d.Hash, err)
	}
	for name, v := range m {
		d.Params = append(d.Params, fmt.Sprintf("%s=%v", name, v))
	}
	slices.Sort(d.Params)
	d.K, d.ZDim, d.Labels = intParam(m, "k"), intParam(m, "z_dim"), intParam(m, "labels")
	return nil
}

func intParam(m map[string]any, name string) int64 {
	n, ok := m[name].(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return i
}

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
