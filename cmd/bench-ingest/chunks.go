package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"sweep/storage"
	store "sweep/storage/metrics"
)

const lease = time.Minute

// chunks measures the product's own path: claim, commits with checkpoints,
// end, for every trial; then everything is read back and compared.
func chunks(ctx context.Context, url string, o options) (result, error) {
	if err := store.Migrate(ctx, url); err != nil {
		return result{}, err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	if err := plan(ctx, s, o); err != nil {
		return result{}, err
	}
	r := result{points: int64(o.trials) * o.steps * int64(len(metrics))}
	began := time.Now()
	if err := share(o, func(trials []int) error { return write(ctx, s, o, trials) }); err != nil {
		return r, err
	}
	r.took = time.Since(began)
	db, err := connect(url)
	if err != nil {
		return r, err
	}
	defer db.Close()
	if r.size, err = bytesPerPoint(ctx, db, "store.points", r.points); err != nil {
		return r, err
	}
	began = time.Now()
	err = compare(ctx, s, db, o, r.points)
	r.check = time.Since(began)
	return r, err
}

func plan(ctx context.Context, s *store.Store, o options) error {
	if _, err := s.PutSweep(ctx, storage.Sweep{Name: "bench", Text: []byte("bench")}); err != nil {
		return err
	}
	_, err := s.WritePlan(ctx, "bench", nil, func(yield func(storage.PlanRow, error) bool) {
		for i := range o.trials {
			ok := yield(storage.PlanRow{Index: i, Experiment: "bench", Hash: hash(i), Config: []byte("{}"), Task: "noop", Seed: int64(i),
				CellValues: []byte("{}"), Params: []byte("{}"), Steps: o.steps, Queue: "bench"}, nil)
			if !ok {
				return
			}
		}
	})
	return err
}

// share gives each writer its trials and waits for all.
func share(o options, write func(trials []int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, o.writers)
	for w := range o.writers {
		var mine []int
		for t := w; t < o.trials; t += o.writers {
			mine = append(mine, t)
		}
		wg.Go(func() { errs[w] = write(mine) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// write is one writer: all of its trials are open at once, as on a machine
// with as many slots, and commit in turn.
func write(ctx context.Context, s *store.Store, o options, trials []int) error {
	fences := map[int]int64{}
	for _, t := range trials {
		c, err := s.Claim(ctx, storage.ClaimRequest{Hash: hash(t), WorkflowID: "group/" + hash(t), Worker: "bench", Numerics: "none", Lease: lease}, nil)
		if err != nil {
			return err
		}
		fences[t] = c.Fence
	}
	for first := int64(0); first < o.steps; first += perCommit {
		for _, t := range trials {
			if err := commit(ctx, s, o, t, fences[t], first); err != nil {
				return err
			}
		}
	}
	for _, t := range trials {
		if err := s.End(ctx, storage.End{Hash: hash(t), Fence: fences[t], Outcome: "finished", Step: o.steps - 1}); err != nil {
			return err
		}
	}
	return nil
}

func commit(ctx context.Context, s *store.Store, o options, trial int, fence, first int64) error {
	n := min(perCommit, o.steps-first)
	last := first + n - 1
	c := storage.Commit{Hash: hash(trial), Fence: fence, Lease: lease, Step: last, Chunks: batch(trial, first, n)}
	if (last+1)/checkpoints > first/checkpoints {
		sha := hash(int(last))
		c.Checkpoint = &storage.Checkpoint{Step: last, Key: storage.CheckpointKey(c.Hash, fence, last, sha), Size: 1 << 20, SHA256: sha, ETag: "bench"}
	}
	_, err := s.Commit(ctx, c)
	return err
}

// compare counts the points through the documented view and reads every
// series back, bit for bit.
func compare(ctx context.Context, s *store.Store, db *sql.DB, o options, want int64) error {
	var n int64
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM public.metrics`).Scan(&n); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("the view metrics holds %d points, want %d", n, want)
	}
	for t := range o.trials {
		for m, name := range metrics {
			got, err := s.Series(ctx, hash(t), name, 0, math.MaxInt64, 0)
			if err != nil {
				return err
			}
			if err := same(got, t, m, o.steps); err != nil {
				return fmt.Errorf("trial %d, %s: %w", t, name, err)
			}
		}
	}
	return nil
}

func same(got storage.Series, trial, metric int, steps int64) error {
	if int64(len(got.Steps)) != steps {
		return fmt.Errorf("%d points, want %d", len(got.Steps), steps)
	}
	for at := int64(0); at < steps; at += storage.MaxChunk {
		n := min(storage.MaxChunk, steps-at)
		for i, want := range values(trial, metric, at, int(n)) {
			j := at + int64(i)
			if got.Steps[j] != j || math.Float64bits(got.Values[j]) != math.Float64bits(want) {
				return fmt.Errorf("step %d holds %v, want %v", got.Steps[j], got.Values[j], want)
			}
		}
	}
	return nil
}
