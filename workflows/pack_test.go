package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/workflows"
)

func pack(names string) activities.Pack {
	return activities.Pack{ID: "pack/x", Experiment: "ring", Task: "gaussians", Queue: activities.TrainQueue,
		Hashes: strings.Fields(names), K: -1, ZDim: 256, Labels: -1, Params: []string{"k=1", "k=5"}, InfraMax: 3}
}

// packWorld plays the activities of a pack by a fate for each trial. A trial is
// named a, b, ...; rounds notes who trained together.
type packWorld struct {
	mu        sync.Mutex // halves of a pack train at the same time
	env       *testsuite.TestWorkflowEnvironment
	fate      func(round int, hash string) activities.PackEnd
	breaks    func(round int, hashes []string) (lost bool, with []string) // the worker, with the trials that were training
	late      func(round int) bool
	rounds    []string
	committed map[string]int64
	running   map[string]bool
	words     map[string]storage.TrialState
	reasons   map[string]string
	signals   map[string]int
}

func done(hash string, outcome training.Outcome) activities.PackEnd {
	return activities.PackEnd{Hash: hash, Begun: true, SegmentResult: activities.SegmentResult{Outcome: outcome, Step: 9, Wanted: storage.WantRun}}
}

func failedOnce(hash string) activities.PackEnd {
	return activities.PackEnd{Hash: hash, Begun: true, Failed: "the disk is full"}
}

func newPackWorld() *packWorld {
	w := &packWorld{env: newEnvironment(), committed: map[string]int64{}, running: map[string]bool{},
		words: map[string]storage.TrialState{}, reasons: map[string]string{}, signals: map[string]int{},
		fate: func(_ int, hash string) activities.PackEnd { return done(hash, training.Finished) }}
	w.env.RegisterWorkflow(workflows.Group)
	w.env.OnActivity(acts.TrainPack, mock.Anything, mock.Anything).Return(w.train)
	w.env.OnActivity(acts.PackProgress, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.PackProgressInput) (out []activities.TrialProgress, _ error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, h := range in.Hashes {
			step, ok := w.committed[h]
			if !ok {
				step = -1
			}
			out = append(out, activities.TrialProgress{Progress: activities.Progress{Step: step}, Running: w.running[h]})
		}
		return out, nil
	})
	w.env.OnActivity(acts.SettlePack, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.PackSettleInput) (activities.PackSettled, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if in.WorkflowID != "default-test-workflow-id" {
			return activities.PackSettled{}, fmt.Errorf("settled as %s", in.WorkflowID)
		}
		for _, word := range in.Trials {
			if s, ok := w.words[word.Hash]; ok {
				return activities.PackSettled{}, fmt.Errorf("%s is settled twice, as %s and %s", word.Hash, s, word.State)
			}
			w.words[word.Hash], w.reasons[word.Hash] = word.State, word.Reason
		}
		return activities.PackSettled{Sweeps: []activities.SweepShare{{Sweep: "s", Trials: len(in.Trials)}}}, nil
	})
	w.env.OnSignalExternalWorkflow(mock.Anything, "sweep/s", mock.Anything, workflows.PackSettledSignal, mock.Anything).
		Return(func(_, id, _, _ string, arg any) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.signals[id] += arg.(int)
			return nil
		})
	return w
}

func (w *packWorld) train(_ context.Context, in activities.PackInput) (r activities.PackResult, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	round := len(w.rounds)
	w.rounds = append(w.rounds, strings.Join(in.Hashes, " "))
	if w.breaks != nil {
		if lost, with := w.breaks(round, in.Hashes); lost {
			clear(w.running)
			for _, h := range with {
				w.running[h] = true
			}
			return r, errors.New("the worker is gone")
		}
	}
	for _, h := range in.Hashes {
		e := w.fate(round, h)
		e.Hash = h
		r.Ends = append(r.Ends, e)
	}
	r.Late = w.late != nil && w.late(round)
	return r, nil
}

func (w *packWorld) run(t *testing.T, p activities.Pack) workflows.GroupResult {
	t.Helper()
	w.env.ExecuteWorkflow(workflows.Group, workflows.GroupInput{Pack: &p})
	var r workflows.GroupResult
	if err := w.env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	for _, h := range p.Hashes {
		if w.words[h] == "" {
			t.Errorf("no last word on %s", h)
		}
	}
	if w.signals["sweep/s"] != len(p.Hashes) {
		t.Errorf("the sweep was told of %d trials of %d", w.signals["sweep/s"], len(p.Hashes))
	}
	return r
}

func TestAPackCarriesEachTrialToItsOwnOutcome(t *testing.T) {
	w := newPackWorld()
	w.fate = func(round int, hash string) activities.PackEnd {
		switch hash {
		case "a":
			return done(hash, training.Finished)
		case "b":
			return done(hash, training.Diverged)
		case "c":
			return activities.PackEnd{Begun: true, SegmentResult: activities.SegmentResult{Settled: true}}
		case "d":
			e := done(hash, training.Preempted)
			e.Wanted = storage.WantPause
			return e
		case "e":
			e := done(hash, training.Preempted)
			e.Wanted = storage.WantCancel
			return e
		case "f":
			return activities.PackEnd{Begun: true, Failed: "planned for engine 7", Config: true}
		case "g":
			return failedOnce(hash)
		case "h": // a worker stops, then trains on
			return done(hash, []training.Outcome{training.Preempted, training.Preempted, training.Finished}[min(round, 2)])
		case "i": // its turn comes late
			if round < 2 {
				return activities.PackEnd{}
			}
			return done(hash, training.Finished)
		}
		// j is another workflow's for a while
		if round < 2 {
			return activities.PackEnd{Begun: true, SegmentResult: activities.SegmentResult{Busy: true}}
		}
		return done(hash, training.Finished)
	}
	r := w.run(t, pack("a b c d e f g h i j"))
	want := map[string]storage.TrialState{"a": storage.Finished, "b": storage.Diverged, "c": storage.Finished, "d": storage.Pending,
		"e": storage.Cancelled, "f": storage.Failed, "g": storage.Failed, "h": storage.Finished, "i": storage.Finished, "j": storage.Finished}
	for h, state := range want {
		if w.words[h] != state {
			t.Errorf("%s is settled as %s, expected %s", h, w.words[h], state)
		}
	}
	if r.State != "mixed" || w.reasons["g"] != "the disk is full" || w.reasons["f"] != "planned for engine 7" {
		t.Errorf("%+v, reasons %v", r, w.reasons)
	}
	if got := strings.Join(w.rounds, "|"); got != "a b c d e f g h i j|h i j g|h i j g|g" {
		t.Errorf("rounds %s", got)
	}
}

func TestACommitBetweenFailuresStartsATrialsCountAnew(t *testing.T) {
	w := newPackWorld()
	w.fate = func(round int, hash string) activities.PackEnd {
		if hash == "a" || round >= 7 {
			return done(hash, training.Finished)
		}
		w.committed["b"] = int64(round)
		return failedOnce(hash)
	}
	if r := w.run(t, pack("a b")); r.State != "finished" || len(w.rounds) != 8 {
		t.Errorf("%+v after %d rounds", r, len(w.rounds))
	}
}

func TestATrialThatTakesTheWorkerWithItIsIsolated(t *testing.T) {
	w := newPackWorld()
	w.breaks = func(_ int, hashes []string) (bool, []string) { return slices.Contains(hashes, "f"), []string{"f"} }
	r := w.run(t, pack("a b c d e f g h"))
	for h, state := range w.words {
		if (state == storage.Failed) != (h == "f") {
			t.Errorf("%s is settled as %s", h, state)
		}
	}
	if got := strings.Join(w.rounds, "|"); r.State != "mixed" || w.rounds[0] != "a b c d e f g h" || !slices.Contains(w.rounds, "a b c d") || !slices.Contains(w.rounds, "g h") || !slices.Contains(w.rounds, "f") {
		t.Errorf("%+v: rounds %s", r, got)
	}
}

func TestAPackThatIsAlwaysLostBeforeItBeginsIsGivenUp(t *testing.T) {
	w := newPackWorld()
	w.breaks = func(int, []string) (bool, []string) { return true, nil }
	if r := w.run(t, pack("a b c d")); r.State != "failed" || len(w.rounds) > 20 {
		t.Errorf("%+v after %d rounds", r, len(w.rounds))
	}
}

func TestAKilledWorkerCostsAPackNothingButTime(t *testing.T) {
	w := newPackWorld()
	w.breaks = func(round int, hashes []string) (bool, []string) {
		w.committed[hashes[0]]++
		return round < 3, hashes[:1]
	}
	if r := w.run(t, pack("a b c d e f g h")); r.State != "finished" {
		t.Errorf("%+v: %v", r, w.words)
	}
}

func TestAStragglerSplitsThePack(t *testing.T) {
	w := newPackWorld()
	w.late = func(round int) bool { return round < 3 }
	w.fate = func(round int, hash string) activities.PackEnd {
		switch {
		case hash == "a" && round < 6:
			return done(hash, training.Preempted)
		case round == 0 && hash > "b":
			return activities.PackEnd{} // its turn did not come
		}
		return done(hash, training.Finished)
	}
	w.run(t, pack("a b c d e f"))
	if w.rounds[0] != "a b c d e f" || !slices.Contains(w.rounds, "a c") || !slices.Contains(w.rounds, "d e f") || !slices.Contains(w.rounds, "a") {
		t.Errorf("rounds %q", w.rounds)
	}
}

func TestACancelledPackStillSaysItsLastWords(t *testing.T) {
	w := newPackWorld()
	w.fate = func(_ int, hash string) activities.PackEnd {
		if hash == "a" {
			return done(hash, training.Finished)
		}
		return activities.PackEnd{Begun: true, SegmentResult: activities.SegmentResult{Busy: true}}
	}
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, 45*time.Second)
	w.run(t, pack("a b c"))
	if w.words["a"] != storage.Finished || w.words["b"] != storage.Cancelled || w.words["c"] != storage.Cancelled {
		t.Errorf("%v", w.words)
	}
}

func TestAPackWithALongHistoryContinuesAsNewWithWhatIsLeft(t *testing.T) {
	w := newPackWorld()
	w.late = func(int) bool { return true }
	w.fate = func(round int, hash string) activities.PackEnd {
		if round > 2 { // said by the workflow's own goroutine
			w.env.RegisterDelayedCallback(func() { w.env.SetContinueAsNewSuggested(true) }, 0)
		}
		if hash == "b" {
			return done(hash, training.Finished)
		}
		return done(hash, training.Preempted)
	}
	p := pack("a b c d e")
	w.env.ExecuteWorkflow(workflows.Group, workflows.GroupInput{Pack: &p})
	var again *workflow.ContinueAsNewError
	if err := w.env.GetWorkflowError(); !errors.As(err, &again) {
		t.Fatalf("ended with %v, expected to continue as new", err)
	}
	var in workflows.GroupInput
	must(t, converterOf(again, &in))
	slices.Sort(in.Pack.Hashes)
	if got := strings.Join(in.Pack.Hashes, " "); got != "a c d e" || in.Pack.ID != p.ID || len(w.words) != 1 {
		t.Errorf("continues with %+v, settled %v", in.Pack, w.words)
	}
}
