package storagetest

import (
	"context"
	"errors"
	"time"

	"sweep/storage"
)

var claimTests = []pointsTest{
	{"the first claim starts at the beginning", func(w *world) {
		hash, workflow := w.dispatched()
		c := w.claim(hash, workflow)
		if c.Fence != 1 || c.Checkpoint != nil || c.Replay != -1 || c.Wanted != storage.WantRun || string(c.Config) != `{"trial":"a"}` {
			w.Fatalf("claim %+v", c)
		}
		w.wantState(hash, -1, storage.Running)
	}},
	{"an attempt tells what trained it and what it took", func(w *world) {
		hash, workflow := w.dispatched()
		r := Request(hash, workflow)
		r.Program = storage.Program{Machine: "linux/amd64, a processor", Version: "v1", Commit: "c0ffee", Dirty: true}
		claim, err := w.Claim(w.ctx, r, nil)
		w.must(err)
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: claim.Fence, Outcome: "preempted", CPU: 1500 * time.Millisecond}))
		w.claim(hash, workflow)
		all := w.wantAttempts(hash, "preempted", "running")
		if a := all[0]; a.Program != r.Program || a.Numerics != r.Numerics || a.CPUSeconds == nil || *a.CPUSeconds != 1.5 {
			w.Errorf("attempt %+v", a)
		}
		if a := all[1]; a.Program != (storage.Program{}) || a.CPUSeconds != nil {
			w.Errorf("attempt of an unknown program %+v", a)
		}
	}},
	{"a claim goes on from the newest checkpoint", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, 10, Span("loss", 0, 10))
		w.commit(hash, f, 20, Span("loss", 11, 20))
		c := w.claim(hash, workflow)
		if c.Checkpoint == nil || *c.Checkpoint != CheckpointAt(hash, f, 20) || c.Replay != -1 {
			w.Fatalf("claim %+v, checkpoint %+v", c, c.Checkpoint)
		}
		w.wantState(hash, 20, storage.Running)
		w.wantPoints(hash, Span("loss", 0, 20))
	}},
	{"a claim rolls back what stands after the checkpoint", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, 10, Span("loss", 0, 10), At("score", 5, 10))
		w.commit(hash, f, -1, Span("loss", 11, 25), At("score", 20))
		c := w.claim(hash, workflow)
		if c.Checkpoint.Step != 10 || c.Replay != 25 {
			w.Fatalf("goes on from %d with replay to %d, want 10 and 25", c.Checkpoint.Step, c.Replay)
		}
		w.wantPoints(hash, Span("loss", 0, 10))
		w.wantPoints(hash, At("score", 5, 10))
		if a := w.wantAttempts(hash, "lost", "running"); a[0].RolledBack != 0 || a[1].RolledBack != 16 || a[1].FromStep != 10 || a[0].LastStep != 25 {
			w.Fatalf("attempts %+v", a)
		} else if a[0].Ended == nil || !a[0].Ended.Equal(a[0].LastSeen) {
			w.Fatalf("the lost attempt ended at %v, and was last seen at %v", a[0].Ended, a[0].LastSeen)
		}
	}},
	{"without a checkpoint everything is rolled back", func(w *world) {
		hash, workflow := w.dispatched()
		w.commit(hash, w.claim(hash, workflow).Fence, -1, Span("loss", 0, 5))
		c := w.claim(hash, workflow)
		if c.Checkpoint != nil || c.Replay != 5 {
			w.Fatalf("claim %+v", c)
		}
		w.wantPoints(hash, storage.Chunk{Metric: "loss"})
	}},
	{"a checkpoint that does not verify is passed over and rolled back", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		for _, at := range []int64{10, 20, 30} {
			w.commit(hash, f, at, Span("loss", at-9, at))
		}
		c, err := w.Claim(w.ctx, Request(hash, workflow), func(_ context.Context, c storage.Checkpoint) (bool, error) { return c.Step == 10, nil })
		w.must(err)
		if c.Checkpoint.Step != 10 || c.Replay != 30 {
			w.Fatalf("goes on from %d with replay to %d, want 10 and 30", c.Checkpoint.Step, c.Replay)
		}
		w.wantPoints(hash, Span("loss", 1, 10))
		w.wantState(hash, 10, storage.Running)
		w.commit(hash, c.Fence, 20, Span("loss", 11, 20)) // the same step again, by another attempt
	}},
	{"a store that cannot be asked fails the claim, which changed nothing", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, 10, Span("loss", 0, 10))
		w.commit(hash, f, -1, Span("loss", 11, 12))
		away := errors.New("the store is away")
		_, err := w.Claim(w.ctx, Request(hash, workflow), func(context.Context, storage.Checkpoint) (bool, error) { return false, away })
		w.wantErr(err, away)
		w.wantPoints(hash, Span("loss", 0, 12))
		w.commit(hash, f, -1, Span("loss", 13, 14))
	}},
	{"another workflow waits while the lease lives and may claim after", func(w *world) {
		hash, workflow := w.dispatched()
		c := w.claim(hash, workflow)
		_, err := w.Claim(w.ctx, Request(hash, "group/other"), nil)
		w.wantErr(err, storage.ErrBusy)
		k := CommitOf(hash, c.Fence, -1)
		k.Lease = time.Millisecond
		_, err = w.Commit(w.ctx, k)
		w.must(err)
		time.Sleep(10 * time.Millisecond)
		w.claim(hash, "group/other")
		_, err = w.Commit(w.ctx, CommitOf(hash, c.Fence, -1))
		w.wantErr(err, storage.ErrStale)
	}},
	{"an attempt that wakes after its lease goes on if nobody has taken over", func(w *world) {
		hash, workflow := w.dispatched()
		r := Request(hash, workflow)
		r.Lease = time.Millisecond
		c, err := w.Claim(w.ctx, r, nil)
		w.must(err)
		time.Sleep(10 * time.Millisecond)
		w.commit(hash, c.Fence, -1, Span("loss", 0, 3))
		_, err = w.Claim(w.ctx, Request(hash, "group/other"), nil)
		w.wantErr(err, storage.ErrBusy)
	}},
	{"an outcome is final, and a trial its group gave up is not trained", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d")
		w.end("s", Hash("a"), "finished")
		w.end("s", Hash("b"), "diverged")
		w.settle("s", Hash("c"), storage.Failed)
		w.settle("s", Hash("d"), storage.Cancelled)
		for _, word := range []string{"a", "b", "c", "d"} {
			_, err := w.Claim(w.ctx, Request(Hash(word), "group/"+Hash(word)), nil)
			w.wantErr(err, storage.ErrSettled)
		}
	}},
	{"a trial is bound to the numerics of its first claim", func(w *world) {
		hash, workflow := w.dispatched()
		w.claim(hash, workflow)
		r := Request(hash, workflow)
		r.Numerics = "cuda-sm90-tf32"
		_, err := w.Claim(w.ctx, r, nil)
		w.wantErr(err, storage.ErrNumerics)
		w.claim(hash, workflow)
	}},
	{"an unknown trial is not found", func(w *world) {
		_, err := w.Claim(w.ctx, Request(Hash("nobody"), "w"), nil)
		w.wantErr(err, storage.ErrNotFound)
		_, _, _, err = w.Progress(w.ctx, Hash("nobody"))
		w.wantErr(err, storage.ErrNotFound)
	}},
	{"a claim tells what the sweeps want", func(w *world) {
		hash, workflow := w.dispatched()
		w.submit(storage.Sweep{Name: "other"}, "a")
		for _, step := range []struct {
			sweep string
			state storage.SweepState
			want  storage.Wanted
		}{
			{"s", storage.SweepPaused, storage.WantRun},
			{"other", storage.SweepPaused, storage.WantPause},
			{"s", storage.SweepCancelled, storage.WantPause},
			{"other", storage.SweepCancelled, storage.WantCancel},
			{"s", storage.SweepRunning, storage.WantRun},
		} {
			w.must(w.SetSweepState(w.ctx, step.sweep, step.state))
			c := w.claim(hash, workflow)
			got, err := w.Commit(w.ctx, CommitOf(hash, c.Fence, -1))
			w.must(err)
			if c.Wanted != step.want || got != step.want {
				w.Fatalf("%s %s: claim wants %s and commit %s, want %s", step.sweep, step.state, c.Wanted, got, step.want)
			}
		}
	}},
}
