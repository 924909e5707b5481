package metrics

import (
	"context"
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
