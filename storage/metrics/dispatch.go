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

// Dispatch hands out pending trials in plan order and marks them dispatched to
// their workflow: a group of their own, or a pack's as packing decides. At most
// limit trials are in flight afterwards (0: no bound of the caller's), and no
// more workflows than the window: three for each slot of the live workers on
// the trial's queue, at least four. What another sweep has in flight counts and
// is not taken. A sweep that is not running gets nothing.
func (s *Store) Dispatch(ctx context.Context, sweep string, limit int, packing storage.Packing) ([]storage.Dispatch, storage.Counts, error) {
	var out []storage.Dispatch
	var counts storage.Counts
	err := s.inTx(ctx, "dispatch trials of sweep "+sweep, func(tx pgx.Tx) (err error) {
		out, err = dispatch(ctx, tx, sweep, limit, packing)
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

func dispatch(ctx context.Context, tx pgx.Tx, sweep string, limit int, packing storage.Packing) ([]storage.Dispatch, error) {
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
		page, err := take(ctx, tx, sweep, r, min(left, maxPage), packing)
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

// room is what a queue has room for.
type room struct {
	queue string
	slots int
	seats int // workflows that it may still take
}

// rooms tells for each queue of the sweep how many more workflows it may have
// in flight, and how many trials are in flight on all.
func rooms(ctx context.Context, tx pgx.Tx, sweep string) ([]room, int, error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.queue, count(DISTINCT t.id) FILTER (WHERE t.state IN ('dispatched', 'running')),
		       count(DISTINCT t.workflow_id) FILTER (WHERE t.state IN ('dispatched', 'running')),
		       (SELECT coalesce(sum(w.slots), 0) FROM store.workers w WHERE w.queue = t.queue AND w.seen > clock_timestamp() - $2::interval)
		FROM store.plan p JOIN store.trials t ON t.id = p.trial
		WHERE p.sweep = $1 AND p.wanted AND t.state IN ('pending', 'dispatched', 'running')
		GROUP BY t.queue ORDER BY t.queue`, sweep, workerLife)
	total := 0
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r room, err error) {
		var trials, workflows int
		err = row.Scan(&r.queue, &trials, &workflows, &r.slots)
		r.seats = max(windowPerSlot*r.slots, minWindow) - workflows
		total += trials
		return r, err
	})
	return out, total, err
}

// take marks pending trials of one queue dispatched: at most n, to at most as
// many workflows as there are seats.
func take(ctx context.Context, tx pgx.Tx, sweep string, r room, n int, packing storage.Packing) ([]storage.Dispatch, error) {
	if r.seats <= 0 || n <= 0 {
		return nil, nil
	}
	ids, found, err := pending(ctx, tx, sweep, r.queue, min(n, r.seats*max(packing.Most, 1)))
	if err != nil {
		return nil, err
	}
	var out []storage.Dispatch
	var taken []int64
	var workflows []string
	for _, trials := range packing.Pack(found, r.seats, r.slots) {
		id := storage.WorkflowOf(trials)
		for _, d := range trials {
			d.Group = id
			out, taken, workflows = append(out, d), append(taken, ids[d.Hash]), append(workflows, id)
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE store.trials t SET state = 'dispatched', workflow_id = g.workflow, updated = clock_timestamp()
		FROM unnest($1::bigint[], $2::text[]) AS g(id, workflow) WHERE t.id = g.id`, taken, workflows)
	return out, err
}

// pending locks the sweep's next trials; those that another sweep is taking at
// this moment are passed over. It tells their rows by hash.
func pending(ctx context.Context, tx pgx.Tx, sweep, queue string, n int) (ids map[string]int64, out []storage.Dispatch, err error) {
	rows, _ := tx.Query(ctx, `
		SELECT t.id, t.hash, p.experiment, t.task, p.cell, t.seed, t.queue, c.params
		FROM store.plan p JOIN store.trials t ON t.id = p.trial JOIN store.configs c ON c.trial = t.id
		WHERE p.sweep = $1 AND p.wanted AND t.state = 'pending' AND t.queue = $2
		ORDER BY p.idx LIMIT $3 FOR UPDATE OF t SKIP LOCKED`, sweep, queue, n)
	ids = map[string]int64{}
	var id int64
	var d storage.Dispatch
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Hash, &d.Experiment, &d.Task, &d.Cell, &d.Seed, &d.Queue, &d.Values}, func() error {
		if _, ok := ids[d.Hash]; ok { // the first of the cells that share it stands for it
			return nil
		}
		ids[d.Hash] = id
		out = append(out, d)
		last := &out[len(out)-1]
		last.Values = slices.Clone(d.Values)
		return describe(last, last.Values)
	})
	return ids, out, err
}
