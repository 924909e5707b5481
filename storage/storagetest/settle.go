package storagetest

import (
	"context"
	"slices"

	"sweep/storage"
)

// refuse verifies no checkpoint.
func refuse(context.Context, storage.Checkpoint) (bool, error) { return false, nil }

var settleTests = []pointsTest{
	{"an end is the trial's outcome, said twice or once", func(w *world) {
		w.submit(storage.Sweep{Name: "s"}, "a", "b", "c", "d")
		_, _, err := w.Dispatch(w.ctx, "s", 0, storage.Packing{})
		w.must(err)
		for word, want := range map[string]struct {
			outcome string
			state   storage.TrialState
		}{"a": {"finished", storage.Finished}, "b": {"diverged", storage.Diverged}, "c": {"preempted", storage.Dispatched}, "d": {"failed", storage.Dispatched}} {
			hash := Hash(word)
			f := w.claim(hash, "group/"+hash).Fence
			e := storage.End{Hash: hash, Fence: f, Outcome: want.outcome, Step: 9, Reason: "because"}
			w.must(w.End(w.ctx, e))
			w.must(w.End(w.ctx, e))
			w.wantState(hash, -1, want.state)
			w.wantAttempts(hash, want.outcome)
			e.Outcome = "running"
			w.wantErr(w.End(w.ctx, e), storage.ErrInvalid)
		}
	}},
	{"an ended attempt may not change its mind", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: f, Outcome: "preempted"}))
		w.wantErr(w.End(w.ctx, storage.End{Hash: hash, Fence: f, Outcome: "finished"}), storage.ErrStale)
		w.wantState(hash, -1, storage.Dispatched)
	}},
	{"after an end the same group claims again at once, and so may another", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: f, Outcome: "preempted"}))
		w.claim(hash, "group/other")
	}},
	{"a group's last word settles its trial and names the sweeps to tell", func(w *world) {
		for word, c := range map[string]struct{ say, want storage.TrialState }{
			"a": {storage.Failed, storage.Failed}, "b": {storage.Cancelled, storage.Cancelled}, "c": {storage.Pending, storage.Pending}} {
			hash := Hash(word)
			w.submit(storage.Sweep{Name: word + "1"}, word)
			w.submit(storage.Sweep{Name: word + "0"}, word)
			w.wantDispatched(word+"1", 0, word)
			w.claim(hash, "group/"+hash)
			for range 2 {
				sweeps, err := w.Settle(w.ctx, storage.Settlement{Hash: hash, WorkflowID: "group/" + hash, State: c.say})
				w.must(err)
				if !slices.Equal(sweeps, []string{word + "0", word + "1"}) {
					w.Fatalf("to tell: %v", sweeps)
				}
				w.wantState(hash, -1, c.want)
			}
			w.wantAttempts(hash, "lost")
		}
	}},
	{"an outcome stands against a group's last word", func(w *world) {
		hash, workflow := w.dispatched()
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: w.claim(hash, workflow).Fence, Outcome: "finished", Step: 100}))
		sweeps, err := w.Settle(w.ctx, storage.Settlement{Hash: hash, WorkflowID: workflow, State: storage.Failed})
		w.must(err)
		w.wantState(hash, -1, storage.Finished)
		if !slices.Equal(sweeps, []string{"s"}) {
			w.Fatalf("to tell: %v", sweeps)
		}
	}},
	{"another group's trial is not settled", func(w *world) {
		hash, workflow := w.dispatched()
		w.claim(hash, workflow)
		_, err := w.Settle(w.ctx, storage.Settlement{Hash: hash, WorkflowID: "group/other", State: storage.Failed})
		w.must(err)
		w.wantState(hash, -1, storage.Running)
	}},
	{"a trial put back for a cancelled sweep is cancelled", func(w *world) {
		hash, workflow := w.dispatched()
		w.must(w.SetSweepState(w.ctx, "s", storage.SweepCancelled))
		_, err := w.Settle(w.ctx, storage.Settlement{Hash: hash, WorkflowID: workflow, State: storage.Pending})
		w.must(err)
		w.wantState(hash, -1, storage.Cancelled)
	}},
}
