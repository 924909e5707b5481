package storagetest

import (
	"slices"
	"time"

	"sweep/storage"
)

// together packs all trials, so many to a pack.
func together(n int) storage.Packing {
	return storage.Packing{Most: n, Of: func(storage.Dispatch) (string, int) { return "all", n }}
}

var packTests = []pointsTest{
	{"trials of a pack are handed to one workflow", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d", "e")
		w.wantPacked(0, together(3), "a b", "c d e")
		w.wantCounts("s", storage.Counts{Dispatched: 5})
	}},
	{"the window counts workflows, the limit trials", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")
		w.wantPacked(3, together(2), "a", "b c")
		w.wantPacked(3, together(2))
		w.wantPacked(0, together(2), "d e", "f g")
		w.wantPacked(0, together(2))
		w.end("s", Hash("a"), "finished")
		w.wantPacked(0, together(2), "h i")
	}},
	{"each slot gets a pack of what is left", func(w *world) {
		w.must(w.Beat(w.ctx, storage.Worker{Name: "h/1", Queue: "train-cpu", Slots: 3}))
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d", "e", "f")
		w.wantPacked(0, together(100), "a b", "c d", "e f")
	}},
	{"a trial that another sweep has in flight stays out of the pack", func(w *world) {
		w.submit(storage.Sweep{Name: "other"}, "b")
		w.wantDispatched("other", 0, "b")
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c")
		w.wantPacked(0, together(9), "a c")
	}},
	{"a pack's trials are claimed, given back and found by the pack's workflow", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b")
		id := w.wantPacked(0, together(2), "a b")[0]
		w.must(w.Undispatch(w.ctx, Hash("a"), storage.GroupID(Hash("a"))))
		w.wantCounts("s", storage.Counts{Dispatched: 2})
		w.must(w.Undispatch(w.ctx, Hash("a"), id))
		w.wantCounts("s", storage.Counts{Dispatched: 1, Pending: 1})
		w.wantStrays("s", 0, storage.Stray{Hash: Hash("b"), WorkflowID: id})
		w.claim(Hash("b"), id)
		_, err := w.Claim(w.ctx, Request(Hash("b"), storage.GroupID(Hash("b"))), nil)
		w.wantErr(err, storage.ErrBusy)
		names, err := w.Settle(w.ctx, storage.Settlement{Hash: Hash("b"), WorkflowID: id, State: storage.Cancelled, Reason: "because"})
		w.must(err)
		if !slices.Equal(names, []string{"s"}) {
			w.Fatalf("settling names %v", names)
		}
		w.wantCounts("s", storage.Counts{Cancelled: 1, Pending: 1})
	}},
	{"a cell's pace is known from attempts that got somewhere", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c")
		w.wantDispatched("s", 0, "a", "b", "c")
		w.wantPaces()
		for word, outcome := range map[string]string{"a": "preempted", "b": "failed", "c": "finished"} {
			c := w.claim(Hash(word), storage.GroupID(Hash(word)))
			time.Sleep(20 * time.Millisecond)
			w.must(w.End(w.ctx, storage.End{Hash: Hash(word), Fence: c.Fence, Outcome: outcome, Step: 9}))
		}
		w.claim(Hash("a"), storage.GroupID(Hash("a"))) // and is lost
		for _, p := range w.wantPaces("k=0", "k=2") {
			// 10 steps of 100 took 20 ms, and what the machine took beside.
			if p.Experiment != "ring" || p.Seconds < 0.2 || p.Seconds > 20 {
				w.Errorf("pace %+v, expected 0.2 s or more", p)
			}
		}
	}},
}

// wantPacked dispatches and compares the packs, each a list of words; it
// returns their workflows.
func (w *world) wantPacked(limit int, packing storage.Packing, packs ...string) (ids []string) {
	w.Helper()
	got, _, err := w.Dispatch(w.ctx, "s", limit, packing)
	w.must(err)
	var have []string
	words := map[string]string{}
	for c := 'a'; c <= 'z'; c++ {
		words[Hash(string(c))] = string(c)
	}
	for _, d := range got {
		if i := slices.Index(ids, d.Group); i >= 0 {
			have[i] += " " + words[d.Hash]
			continue
		}
		ids, have = append(ids, d.Group), append(have, words[d.Hash])
	}
	if !slices.Equal(have, packs) {
		w.Fatalf("packs %q, want %q", have, packs)
	}
	return ids
}

func (w *world) wantPaces(cells ...string) []storage.Pace {
	w.Helper()
	got, err := w.Paces(w.ctx, "s")
	w.must(err)
	var have []string
	for _, p := range got {
		have = append(have, p.Cell)
	}
	if !slices.Equal(have, cells) {
		w.Fatalf("paces of %v, want %v", have, cells)
	}
	return got
}
