package synthetic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"sweep/storage"
)

// Store is what Fill writes to; storage/metrics and storage/memory are two.
type Store interface {
	PutSweep(ctx context.Context, w storage.Sweep) (int64, error)
	WritePlan(ctx context.Context, sweep string, experiments []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (storage.PlanCounts, error)
	SetSweepState(ctx context.Context, sweep string, state storage.SweepState) error
	Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error)
	Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error)
	End(ctx context.Context, e storage.End) error
	Settle(ctx context.Context, s storage.Settlement) ([]string, error)
}

const lease = time.Hour

// file is what the sweep was made from: nobody submits it.
const file = `# A made-up sweep: its points are not training's.
version: 1
name: synthetic
`

// Fill plans the sweep and writes all of its trials. progress, unless nil, is
// told how many trials are done; several writers may call it at once. A store
// that holds the sweep already answers storage.ErrSettled.
func Fill(ctx context.Context, store Store, spec Spec, progress func(done int)) error {
	spec = spec.filled()
	if _, err := store.PutSweep(ctx, storage.Sweep{Name: Sweep, File: "synthetic.yaml", Text: []byte(file)}); err != nil {
		return err
	}
	_, err := store.WritePlan(ctx, Sweep, []storage.Experiment{{Sweep: Sweep, Name: Experiment, Task: "gaussians",
		Metric: Metric, Goal: "maximize", Axes: []string{"k", "z_dim", "d_lr"}}}, spec.rows())
	if err != nil {
		return fmt.Errorf("plan the synthetic sweep: %w", err)
	}
	if err := share(ctx, spec, func(ctx context.Context, i int) error { return write(ctx, store, spec, i) }, progress); err != nil {
		return err
	}
	return store.SetSweepState(ctx, Sweep, storage.SweepDone)
}

// share writes all trials, spec.Writers at a time; the first error stops all.
func share(ctx context.Context, spec Spec, write func(context.Context, int) error, progress func(int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, done atomic.Int64
	errs := make([]error, spec.Writers)
	var wg sync.WaitGroup
	for w := range spec.Writers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < spec.Trials && errs[w] == nil && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := write(ctx, i); err != nil {
					errs[w] = fmt.Errorf("write trial %d: %w", i, err)
					cancel()
				} else if n := done.Add(1); progress != nil {
					progress(int(n))
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return ctx.Err()
}

// writer writes one trial.
type writer struct {
	Store
	spec  Spec
	i     int
	hash  string
	fence int64
}

func write(ctx context.Context, store Store, spec Spec, i int) error {
	hash, err := spec.Hash(i)
	if err != nil {
		return err
	}
	w := &writer{Store: store, spec: spec, i: i, hash: hash}
	if err := w.claim(ctx); err != nil {
		return err
	}
	half, last := spec.half(), spec.Steps
	switch FateOf(i) {
	case Diverges:
		return errors.Join(w.commit(ctx, 1, half, false), w.end(ctx, "diverged", half, fmt.Sprintf("d_loss is NaN at step %d", half)))
	case Fails:
		if err := errors.Join(w.commit(ctx, 1, half, false), w.end(ctx, "failed", half, "the disk is full")); err != nil {
			return err
		}
		_, err := w.Settle(ctx, storage.Settlement{Hash: hash, WorkflowID: "group/" + hash, State: storage.Failed, Reason: "gave up: the disk is full"})
		return err
	case Interrupted:
		tenth := min(last, half+max(1, spec.Steps/10))
		if err := errors.Join(w.commit(ctx, 1, half, true), w.commit(ctx, half+1, tenth, false), w.claim(ctx)); err != nil {
			return err
		}
		return errors.Join(w.commit(ctx, half+1, last, true), w.end(ctx, "finished", last, ""))
	}
	return errors.Join(w.commit(ctx, 1, last, true), w.end(ctx, "finished", last, ""))
}

func (w *writer) claim(ctx context.Context) error {
	c, err := w.Claim(ctx, storage.ClaimRequest{Hash: w.hash, WorkflowID: "group/" + w.hash,
		Worker: fmt.Sprintf("host%d/%d", w.i%4+1, 100+w.i%8), Numerics: "cpu-avx2-fp32", Lease: lease}, nil)
	w.fence = c.Fence
	return err
}

// commit writes the points of steps first to last, none when first > last, and
// with checkpoint the pointer at last.
func (w *writer) commit(ctx context.Context, first, last int64, checkpoint bool) error {
	c := storage.Commit{Hash: w.hash, Fence: w.fence, Lease: lease, Step: last, Chunks: w.spec.chunks(w.i, w.spec.MetricNames(), first, last),
		Telemetry: []storage.Measurement{{Name: "steps_per_second", Value: 1000 / float64(1+TrialOf(w.i).K)}}}
	if checkpoint {
		sum := sha256.Sum256(fmt.Append(nil, w.hash, last))
		sha := hex.EncodeToString(sum[:])
		c.Checkpoint = &storage.Checkpoint{Step: last, Key: storage.CheckpointKey(w.hash, w.fence, last, sha), Size: 1 << 20, SHA256: sha, ETag: "synthetic"}
	}
	_, err := w.Commit(ctx, c)
	return err
}

func (w *writer) end(ctx context.Context, outcome string, step int64, reason string) error {
	return w.End(ctx, storage.End{Hash: w.hash, Fence: w.fence, Outcome: outcome, Step: step, Reason: reason})
}
