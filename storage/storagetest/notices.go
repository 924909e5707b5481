package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"sweep/storage"
)

// Notices is a store that also keeps notifications and the budget's clock.
type Notices interface {
	Points
	PutNotice(ctx context.Context, n storage.Notice) (delivered bool, err error)
	MarkNotice(ctx context.Context, id, problem string) error
	Notices(ctx context.Context, sweep string) ([]storage.Notice, error)
	Unwell(ctx context.Context, sweep string) ([]storage.Unwell, error)
	Webhooks(ctx context.Context) (names []string, workers int, err error)
}

// RunNotices runs the suite. open returns an empty store; it is called once for
// each test.
func RunNotices(t *testing.T, open func(t *testing.T) Notices) {
	for _, test := range noticeTests {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			test.run(&world{T: t, Points: s, ctx: t.Context()}, s)
		})
	}
}

var noticeTests = []struct {
	name string
	run  func(w *world, s Notices)
}{
	{"a notice is put once and stays delivered", func(w *world, s Notices) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		n := storage.Notice{ID: "msg_1", Sweep: "s", Event: "failed", Experiment: "ring", Webhook: "lab", Created: time.Now().Truncate(time.Millisecond)}
		for i, problem := range []string{"refused", "", "late word"} {
			delivered, err := s.PutNotice(w.ctx, n)
			w.must(err)
			if delivered != (i == 2) {
				w.Fatalf("after %d tries: delivered %v", i, delivered)
			}
			w.must(s.MarkNotice(w.ctx, n.ID, problem))
			got := w.notices(s, "s")
			if len(got) != 1 || got[0].Tries != i+1 || (got[0].Delivered != nil) != (i > 0) || got[0].Problem != []string{"refused", "", ""}[i] {
				w.Fatalf("after try %d: %+v", i+1, got)
			}
			if g := got[0]; g.Event != n.Event || g.Experiment != n.Experiment || g.Webhook != n.Webhook || !g.Created.Equal(n.Created) {
				w.Fatalf("kept %+v of %+v", g, n)
			}
		}
		w.wantErr(s.MarkNotice(w.ctx, "msg_2", ""), storage.ErrNotFound)
	}},
	{"notices are listed newest first, each sweep's own", func(w *world, s Notices) {
		w.submit(storage.Sweep{Name: "s"}, "a")
		w.submit(storage.Sweep{Name: "t"}, "a")
		now := time.Now()
		for i, n := range []storage.Notice{{ID: "1", Sweep: "s"}, {ID: "2", Sweep: "s"}, {ID: "3", Sweep: "t"}} {
			n.Created = now.Add(time.Duration(i) * time.Second)
			_, err := s.PutNotice(w.ctx, n)
			w.must(err)
		}
		if got := w.notices(s, "s"); len(got) != 2 || got[0].ID != "2" || got[1].ID != "1" {
			w.Fatalf("%+v", got)
		}
	}},
	{"unwell trials are counted by experiment", func(w *world, s Notices) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d")
		w.wantDispatched("s", 0, "a", "b", "c", "d")
		got, err := s.Unwell(w.ctx, "s")
		w.must(err)
		if len(got) != 0 {
			w.Fatalf("all is well: %+v", got)
		}
		for word, outcome := range map[string]string{"a": "finished", "b": "diverged"} {
			w.must(w.End(w.ctx, storage.End{Hash: Hash(word), Fence: w.claim(Hash(word), "group/"+Hash(word)).Fence, Outcome: outcome, Step: 9}))
		}
		_, err = w.Settle(w.ctx, storage.Settlement{Hash: Hash("c"), WorkflowID: "group/" + Hash("c"), State: storage.Failed})
		w.must(err)
		got, err = s.Unwell(w.ctx, "s")
		w.must(err)
		if want := []storage.Unwell{{Experiment: "ring", Total: 4, Failed: 1, Diverged: 1}}; !slices.Equal(got, want) {
			w.Fatalf("%+v, expected %+v", got, want)
		}
	}},
	{"a worker's webhooks are known by name while it lives", func(w *world, s Notices) {
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 2}))
		w.wantWebhooks(s, 0)
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 2, Webhooks: []string{}}))
		w.wantWebhooks(s, 1)
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/2", Queue: "sweep", Slots: 2, Webhooks: []string{"ops", "lab"}}))
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/3", Queue: "sweep", Slots: 2, Webhooks: []string{"lab"}}))
		w.wantWebhooks(s, 3, "lab", "ops")
	}},
	{"the budget's clock goes while a sweep is running", func(w *world, s Notices) {
		const a, b, pause = 80 * time.Millisecond, 60 * time.Millisecond, 900 * time.Millisecond
		w.submit(storage.Sweep{Name: "s"}, "a")
		time.Sleep(a)
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepPaused))
		first := w.ran("s")
		time.Sleep(pause)
		if paused := w.ran("s"); first < a || paused != first {
			w.Fatalf("%v when paused and %v at the end of the pause, expected at least %v, twice", first, paused, a)
		}
		w.submit(storage.Sweep{Name: "s", Text: []byte("version: 1 # again")}, "a") // a new revision sets it running
		time.Sleep(b)
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepRunning)) // already
		if going := w.ran("s"); going < first+b {
			w.Fatalf("%v while running again, expected at least %v", going, first+b)
		}
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepDone))
		last := w.ran("s")
		if last < first+b || last >= first+b+pause {
			w.Fatalf("%v in all, expected %v and less than the pause more", last, first+b)
		}
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepCancelled))
		if again := w.ran("s"); again != last {
			w.Fatalf("%v after it was over, expected %v", again, last)
		}
	}},
}

func (w *world) notices(s Notices, sweep string) []storage.Notice {
	w.Helper()
	got, err := s.Notices(w.ctx, sweep)
	w.must(err)
	return got
}

func (w *world) wantWebhooks(s Notices, workers int, names ...string) {
	w.Helper()
	got, n, err := s.Webhooks(w.ctx)
	w.must(err)
	if n != workers || !slices.Equal(got, names) {
		w.Fatalf("%v of %d workers, expected %v of %d", got, n, names, workers)
	}
}

func (w *world) ran(sweep string) time.Duration {
	w.Helper()
	sw, err := w.Sweep(w.ctx, sweep)
	w.must(err)
	return sw.Ran
}
