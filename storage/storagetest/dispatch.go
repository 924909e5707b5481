package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sweep/storage"
)

var dispatchTests = []pointsTest{
	{"dispatch hands trials out once, in plan order, with what a search finds them by", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		got, counts, err := w.Dispatch(w.ctx, "s", 1, storage.Packing{})
		w.must(err)
		want := storage.Dispatch{Hash: Hash("a"), Experiment: "ring", Task: "gaussians", Cell: "k=0", Seed: 7, Queue: "train-cpu",
			K: 0, ZDim: 256, Labels: -1, Params: []string{"k=0", "mixture=ring8", "z_dim=256"}, Group: "group/" + Hash("a")}
		if len(got) != 1 || !strings.Contains(string(got[0].Values), `"ring8"`) {
			w.Fatalf("dispatched %+v", got)
		}
		if got[0].Values = nil; fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", want) {
			w.Fatalf("dispatched %+v, want %+v", got, want)
		}
		if (counts != storage.Counts{Pending: 1, Dispatched: 1}) {
			w.Fatalf("counts %+v", counts)
		}
		got, _, err = w.Dispatch(w.ctx, "s", 2, storage.Packing{})
		w.must(err)
		if len(got) != 1 || got[0].Hash != Hash("b") {
			w.Fatalf("dispatched %+v, want b", got)
		}
	}},
	{"the limit bounds what is in flight, not what one call takes", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c")
		w.wantDispatched("s", 2, "a", "b")
		w.wantDispatched("s", 2)
	}},
	{"without workers four are in flight, with slots three for each", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d", "e", "f", "g")
		w.wantDispatched("s", 0, "a", "b", "c", "d")
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 2}))
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/2", Queue: "another", Slots: 50}))
		w.wantDispatched("s", 0, "e", "f")
	}},
	{"a sweep that is not running gets nothing", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		for _, state := range []storage.SweepState{storage.SweepPaused, storage.SweepDone} {
			w.must(w.SetSweepState(w.ctx, "s", state))
			w.wantDispatched("s", 0)
		}
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepRunning))
		w.wantDispatched("s", 0, "a")
	}},
	{"what another sweep has in flight counts and is not taken", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		w.submit(storage.Sweep{Name: "other"}, "a", "b", "c")
		w.wantDispatched("s", 0, "a")
		w.wantDispatched("other", 2, "b")
		w.wantCounts("other", storage.Counts{Pending: 1, Dispatched: 2})
	}},
	{"a trial given back is dispatched again, but not under another's feet", func(w *world) {
		hash, workflow := w.dispatched()
		w.must(w.Undispatch(w.ctx, hash, "group/other"))
		w.wantCounts("s", storage.Counts{Dispatched: 1})
		w.must(w.Undispatch(w.ctx, hash, workflow))
		w.wantCounts("s", storage.Counts{Pending: 1})
		w.wantDispatched("s", 0, "a")
		w.claim(hash, workflow)
		w.must(w.Undispatch(w.ctx, hash, workflow))
		w.wantCounts("s", storage.Counts{Running: 1})
	}},
	{"cancelling a sweep cancels what waits unless another sweep wants it", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c")
		w.submit(storage.Sweep{Name: "other"}, "b")
		w.wantDispatched("s", 1, "a")
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepCancelled))
		w.wantCounts("s", storage.Counts{Dispatched: 1, Pending: 1, Cancelled: 1})
		w.must(w.Undispatch(w.ctx, Hash("a"), "group/"+Hash("a")))
		w.wantCounts("s", storage.Counts{Pending: 1, Cancelled: 2})
	}},
	{"retry puts failed and cancelled trials back and revives the sweep", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c")
		w.end("s", Hash("a"), "finished")
		w.settle("s", Hash("b"), storage.Failed)
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepCancelled))
		w.settle("s", Hash("c"), storage.Cancelled)
		n, err := w.Retry(w.ctx, "s")
		w.must(err)
		w.wantCounts("s", storage.Counts{Pending: 2, Finished: 1})
		sw, err := w.Sweep(w.ctx, "s")
		w.must(err)
		if n != 2 || sw.State != storage.SweepRunning {
			w.Fatalf("%d put back, sweep %s; want 2, running", n, sw.State)
		}
	}},
	{"a silent trial without a lease is a stray and can be put back", func(w *world) {
		hash, workflow := w.dispatched()
		w.wantStrays("s", time.Hour)
		w.wantStrays("s", 0, storage.Stray{Hash: hash, WorkflowID: workflow})
		w.claim(hash, workflow)
		w.wantStrays("s", 0)
		w.must(w.Requeue(w.ctx, hash, workflow))
		w.wantCounts("s", storage.Counts{Running: 1})
	}},
	{"a trial whose lease ran out is a stray, and its attempt is lost", func(w *world) {
		hash, workflow := w.dispatched()
		r := Request(hash, workflow)
		r.Lease = time.Millisecond
		c, err := w.Claim(w.ctx, r, nil)
		w.must(err)
		time.Sleep(10 * time.Millisecond)
		w.wantStrays("s", 0, storage.Stray{Hash: hash, WorkflowID: workflow})
		w.must(w.Requeue(w.ctx, hash, "group/other"))
		w.wantCounts("s", storage.Counts{Running: 1})
		w.must(w.Requeue(w.ctx, hash, workflow))
		w.must(w.Requeue(w.ctx, hash, workflow))
		w.wantCounts("s", storage.Counts{Pending: 1})
		w.wantAttempts(hash, "lost")
		_, err = w.Commit(w.ctx, CommitOf(hash, c.Fence, -1, Span("loss", 1, 2)))
		w.wantErr(err, storage.ErrStale)
	}},
}

func (w *world) wantDispatched(sweep string, limit int, words ...string) {
	w.Helper()
	got, _, err := w.Dispatch(w.ctx, sweep, limit, storage.Packing{})
	w.must(err)
	var have, want []string
	for _, d := range got {
		have = append(have, d.Hash)
	}
	for _, word := range words {
		want = append(want, Hash(word))
	}
	if !slices.Equal(have, want) {
		w.Fatalf("dispatched %.8v, want %.8v (%v)", have, want, words)
	}
}

func (w *world) wantStrays(sweep string, idle time.Duration, want ...storage.Stray) {
	w.Helper()
	got, err := w.Strays(w.ctx, sweep, idle)
	w.must(err)
	if !slices.Equal(got, want) {
		w.Fatalf("strays %v, want %v", got, want)
	}
}

// wantAttempts compares the outcomes of a trial's attempts, in order.
func (w *world) wantAttempts(hash string, outcomes ...string) []storage.Attempt {
	w.Helper()
	all, err := w.Attempts(w.ctx, hash)
	w.must(err)
	var got []string
	for _, a := range all {
		got = append(got, a.Outcome)
	}
	if !slices.Equal(got, outcomes) {
		w.Fatalf("attempts ended %v, want %v", got, outcomes)
	}
	return all
}
