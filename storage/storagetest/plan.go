package storagetest

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"sweep/storage"
)

var planTests = []pointsTest{
	{"a plan of new trials makes them pending", func(w *world) {
		w.wantPlan(w.submit(storage.Sweep{Name: "s"}, "a", "b"), storage.PlanCounts{Trials: 2, New: 2})
		w.wantCounts("s", storage.Counts{Pending: 2})
	}},
	{"a sweep keeps the data sets of its newest submission", func(w *world) {
		for _, data := range []map[string]string{{"mnist": "1a", "faces": "2b"}, {"mnist": "3c"}, nil} {
			w.submit(storage.Sweep{Name: "s", Data: data}, "a")
			got, err := w.Sweep(w.ctx, "s")
			w.must(err)
			if !maps.Equal(got.Data, data) {
				w.Fatalf("data %v, submitted with %v", got.Data, data)
			}
		}
	}},
	{"planning again changes nothing", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		w.wantPlan(w.submit(storage.Sweep{Name: "s"}, "a", "b"), storage.PlanCounts{Trials: 2})
		w.wantCounts("s", storage.Counts{Pending: 2})
	}},
	{"an edited file runs what is new and leaves what is gone", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		w.wantPlan(w.submit(storage.Sweep{Name: "s"}, "a", "c"), storage.PlanCounts{Trials: 3, New: 1, Unlinked: 1})
		w.wantCounts("s", storage.Counts{Pending: 3})
	}},
	{"prune forgets what is gone", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		w.wantPlan(w.submit(storage.Sweep{Name: "s", Prune: true}, "a"), storage.PlanCounts{Trials: 1, Unlinked: 1})
		w.wantCounts("s", storage.Counts{Pending: 1})
	}},
	{"only some experiments leaves the others alone", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		w.wantPlan(w.submit(storage.Sweep{Name: "s", Only: []string{"other"}, Prune: true}), storage.PlanCounts{Trials: 1})
	}},
	{"two cells may share a trial, which counts once", func(w *world) {
		w.wantPlan(w.submit(storage.Sweep{Name: "s"}, "a", "a"), storage.PlanCounts{Trials: 2, New: 1})
		w.wantCounts("s", storage.Counts{Pending: 1})
		got, _, err := w.Dispatch(w.ctx, "s", 0, storage.Packing{})
		w.must(err)
		if len(got) != 1 {
			w.Fatalf("dispatched %d trials, want 1", len(got))
		}
	}},
	{"another sweep's trial in flight is shared, a finished one reused", func(w *world) {
		hash, workflow := w.dispatched()
		w.wantPlan(w.submit(storage.Sweep{Name: "other"}, "a"), storage.PlanCounts{Trials: 1, Shared: 1})
		c := w.claim(hash, workflow)
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: c.Fence, Outcome: "finished", Step: 100}))
		w.wantPlan(w.submit(storage.Sweep{Name: "third"}, "a"), storage.PlanCounts{Trials: 1, Reused: 1})
		w.wantCounts("third", storage.Counts{Finished: 1})
	}},
	{"resubmitting reruns failed trials and not diverged ones", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		w.end("s", Hash("a"), "diverged")
		w.settle("s", Hash("b"), storage.Failed)
		w.wantPlan(w.submit(storage.Sweep{Name: "s"}, "a", "b"), storage.PlanCounts{Trials: 2, Reused: 1, Rerun: 1})
		w.wantCounts("s", storage.Counts{Pending: 1, Diverged: 1})
	}},
	{"an error among the rows leaves the plan as it was", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		broken := errors.New("row 2 is broken")
		_, err := w.WritePlan(w.ctx, "s", nil, iter.Seq2[storage.PlanRow, error](func(yield func(storage.PlanRow, error) bool) {
			_ = yield(Row(0, "b"), nil) && yield(storage.PlanRow{}, broken)
		}))
		if !errors.Is(err, broken) {
			w.Fatalf("error %v, want %v", err, broken)
		}
		w.wantCounts("s", storage.Counts{Pending: 1})
	}},
	{"planning a sweep that does not exist is not found", func(w *world) {
		_, err := w.WritePlan(w.ctx, "nobody", nil, Plan("a"))
		w.wantErr(err, storage.ErrNotFound)
		_, err = w.Sweep(w.ctx, "nobody")
		w.wantErr(err, storage.ErrNotFound)
	}},
	{"a sweep is read back as submitted, and a changed file is a new revision", func(w *world) {
		in := storage.Sweep{Name: "s", File: "s.yaml", Text: []byte("a\x00b\n"), Only: []string{"ring"}, Prune: true}
		for want, text := range []string{1: "one", 2: "two", 3: "three"} {
			if want == 0 {
				continue
			}
			in.Text = []byte(text)
			for range 2 {
				rev, err := w.PutSweep(w.ctx, in)
				w.must(err)
				if rev != int64(want) {
					w.Fatalf("revision %d, want %d", rev, want)
				}
			}
		}
		got, err := w.Sweep(w.ctx, "s")
		w.must(err)
		if time.Since(got.Submitted) > time.Minute {
			w.Fatalf("submitted %v", got.Submitted)
		}
		got.Submitted, got.Ran = time.Time{}, 0
		in.Revision, in.State = 3, storage.SweepRunning
		if fmt.Sprint(got) != fmt.Sprint(in) {
			w.Fatalf("got %+v, want %+v", got, in)
		}
	}},
}

func (w *world) wantPlan(got, want storage.PlanCounts) {
	w.Helper()
	if got != want {
		w.Fatalf("plan found %+v, want %+v", got, want)
	}
}

func (w *world) wantCounts(sweep string, want storage.Counts) {
	w.Helper()
	got, err := w.Counts(w.ctx, sweep)
	w.must(err)
	if got != want {
		w.Fatalf("sweep %s has %+v, want %+v", sweep, got, want)
	}
}

func (w *world) wantErr(got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Fatalf("error %v, want %v", got, want)
	}
}

// end runs a trial through one attempt to its outcome.
func (w *world) end(sweep, hash, outcome string) {
	w.Helper()
	_, _, err := w.Dispatch(w.ctx, sweep, 0, storage.Packing{})
	w.must(err)
	c := w.claim(hash, "group/"+hash)
	w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: c.Fence, Outcome: outcome, Step: 1}))
}

// settle gives a trial its group's last word.
func (w *world) settle(sweep, hash string, state storage.TrialState) {
	w.Helper()
	_, _, err := w.Dispatch(w.ctx, sweep, 0, storage.Packing{})
	w.must(err)
	_, err = w.Settle(w.ctx, storage.Settlement{Hash: hash, WorkflowID: "group/" + hash, State: state, Reason: "because"})
	w.must(err)
}
