package activities_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
	"sweep/training/engine"
	"sweep/training/tasks/gaussians"
	"sweep/training/tasks/noop"
)

func packSweep(experiment string) string {
	return "version: 1\nname: s\nexperiments:\n  - name: e\n    checkpoint: {every: {steps: 7}}\n" + experiment
}

// mixed is a pack whose trials differ in all that a pack allows.
var mixed = packSweep(`    task: gaussians
    resources: {pack: 16}
    parameters: {z_dim: 4, g_width: 8, d_width: 8, batch: 8, eval_every: 10}
    matrix: {k: [1, 3], d_lr: [0.001, 0.01], steps: [12, 25]}
`)

func noopPack(params string, seeds int) string {
	return packSweep(fmt.Sprintf("    task: noop\n    seeds: %d\n    resources: {pack: 64}\n    parameters: {%s}\n", seeds, params))
}

// packed plans and dispatches a sweep that makes one pack.
func packed(t *testing.T, yaml string) (*world, activities.Pack) {
	t.Helper()
	w := newWorld(t, yaml)
	w.acts.Trainer = engine.New(noop.Task{}, gaussians.Task{})
	w.plan()
	page := w.dispatch()
	if len(page.Packs) != 1 || len(page.Trials) != 0 {
		t.Fatalf("%d packs and %d trials, expected one pack", len(page.Packs), len(page.Trials))
	}
	return w, page.Packs[0]
}

// trainPack runs one stretch of some trials.
func (w *world) trainPack(p activities.Pack, limit time.Duration) (r activities.PackResult, err error) {
	return w.trainPackIn(activities.PackInput{Task: p.Task, Hashes: p.Hashes, Every: p.Every, MaxTime: limit, Lease: time.Minute, Beat: 10 * time.Millisecond})
}

func (w *world) trainPackIn(in activities.PackInput) (r activities.PackResult, err error) {
	v, err := w.env().ExecuteActivity(w.acts.TrainPack, in)
	if err != nil {
		return r, err
	}
	return r, v.Get(&r)
}

func allFinished(t *testing.T, r activities.PackResult, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Ends {
		if !e.Begun || e.Failed != "" || e.Outcome != training.Finished && !e.Settled {
			t.Fatalf("trial %.12s: %+v, expected finished", e.Hash, e)
		}
	}
}

// ledger keeps the last checkpoint of each trial that was committed, and dies as
// a process does: from one call on, nothing that is asked of it happens.
type ledger struct {
	activities.Attempts
	activities.Objects
	mu     sync.Mutex
	calls  int
	dies   int // at this call, before (or, where after is set, after) it has had its effect
	after  bool
	final  map[string]string
	deaths int
}

// passes tells whether a call happens, and whether its answer arrives.
func (l *ledger) passes() (happens, arrives bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if l.dies > 0 && l.calls >= l.dies {
		l.deaths++
		return l.calls == l.dies && l.after, false
	}
	return true, true
}

func call[T any](l *ledger, f func() (T, error)) (out T, err error) {
	happens, arrives := l.passes()
	if happens {
		out, err = f()
	}
	if !arrives {
		return out, fmt.Errorf("the process is dead: %w", storage.ErrStale)
	}
	return out, err
}

func (l *ledger) Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error) {
	return call(l, func() (storage.Claim, error) { return l.Attempts.Claim(ctx, r, verify) })
}

func (l *ledger) Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error) {
	return call(l, func() (storage.Wanted, error) {
		w, err := l.Attempts.Commit(ctx, c)
		if err == nil && c.Checkpoint != nil {
			l.mu.Lock()
			l.final[c.Hash] = fmt.Sprint(c.Checkpoint.Step, " ", c.Checkpoint.SHA256)
			l.mu.Unlock()
		}
		return w, err
	})
}

func (l *ledger) End(ctx context.Context, e storage.End) error {
	_, err := call(l, func() (struct{}, error) { return struct{}{}, l.Attempts.End(ctx, e) })
	return err
}

func (l *ledger) Put(ctx context.Context, key string, data []byte, sha, mediaType string) (string, error) {
	return call(l, func() (string, error) { return l.Objects.Put(ctx, key, data, sha, mediaType) })
}

func (w *world) keep() *ledger {
	l := &ledger{Attempts: w.store, Objects: w.objects, final: map[string]string{}}
	w.acts.Attempts, w.acts.Objects = l, l
	return l
}

// everything is all that is kept of the trials: final weights and every point.
func (w *world) everything(l *ledger, hashes []string) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, h := range hashes {
		text := l.final[h]
		for _, metric := range []string{"value", "d_loss", "g_loss", "modes_strict", "high_quality"} {
			s, err := w.store.Series(context.Background(), h, metric, 0, math.MaxInt64, 0)
			if err != nil {
				w.t.Fatal(err)
			}
			text += fmt.Sprint("\n", metric, s.Steps)
			for _, v := range s.Values {
				text += fmt.Sprintf(" %x", math.Float64bits(v))
			}
		}
		trial, err := w.store.Trial(context.Background(), h)
		if err != nil || trial.Nondeterministic || trial.State != storage.Finished {
			w.t.Fatalf("trial %.12s: %+v, %v", h, trial, err)
		}
		out[h] = text
	}
	return out
}

// alone trains every trial of a sweep by itself.
func alone(t *testing.T, yaml string) map[string]string {
	t.Helper()
	w := newWorld(t, strings.ReplaceAll(yaml, "resources: {pack: 16}", "resources: {pack: off}"))
	w.acts.Trainer = engine.New(noop.Task{}, gaussians.Task{})
	l := w.keep()
	w.plan()
	var hashes []string
	for page := w.dispatch(); len(page.Trials) > 0; page = w.dispatch() {
		for _, trial := range page.Trials {
			r, err := w.segment(trial, 0)
			finished(t, r, err)
			hashes = append(hashes, trial.Hash)
		}
	}
	return w.everything(l, hashes)
}

func equal(t testing.TB, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d trials, expected %d", len(got), len(want))
	}
	for h, text := range want {
		if got[h] != text {
			t.Errorf("trial %.12s:\n%.300s\nalone:\n%.300s", h, got[h], text)
		}
	}
}

func TestAPackedTrialIsTheTrialAloneBitForBit(t *testing.T) {
	want := alone(t, mixed)
	for _, c := range []struct{ slots, launch int }{{1, 0}, {3, 0}, {1, 8}, {3, 3}} {
		w, p := packed(t, mixed)
		w.acts.Slots = activities.NewSlots(c.slots)
		w.launch(c.launch)
		l := w.keep()
		r, err := w.trainPack(p, 0)
		allFinished(t, r, err)
		equal(t, w.everything(l, p.Hashes), want)
		for _, h := range p.Hashes {
			if all, err := w.store.Attempts(context.Background(), h); err != nil || len(all) != 1 || all[0].WorkflowID == "" || all[0].Numerics == "" {
				t.Errorf("attempts %+v, %v: expected one with its facts", all, err)
			}
		}
	}
}

// A process that dies at any call of any store, again and again, leaves what an
// undisturbed run of each trial alone leaves.
func TestAPackThatIsKilledAnywhereLosesNothing(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("20")
	}
	want := alone(t, mixed)
	rapid.Check(t, func(rt *rapid.T) {
		w, p := packed(t, mixed)
		w.acts.Slots = activities.NewSlots(rapid.IntRange(1, 3).Draw(rt, "slots"))
		w.launch(rapid.SampledFrom([]int{0, 0, 3, 8}).Draw(rt, "trials in one launch"))
		l := w.keep()
		kills := rapid.SliceOfN(rapid.IntRange(1, 60), 1, 5).Draw(rt, "kills")
		for i, n := range kills {
			l.calls, l.dies, l.after = 0, n, rapid.Bool().Draw(rt, fmt.Sprint("after ", i))
			before := l.deaths
			if _, err := w.trainPack(p, 0); err == nil && l.deaths > before {
				rt.Fatalf("kill %d at call %d: the pack says that it has ended", i, n)
			}
		}
		l.dies = 0
		r, err := w.trainPack(p, 0)
		allFinished(t, r, err)
		equal(t, w.everything(l, p.Hashes), want)
	})
}

func TestEachTrialOfAPackHasItsOwnEnd(t *testing.T) {
	w, p := packed(t, packSweep("    task: noop\n    resources: {pack: 64}\n    parameters: {steps: 20}\n    matrix: {diverge_at: [0, 5, 21], variant: [1, 2]}\n"))
	planner := p.Hashes
	w.acts.Trainer = &moody{Trainer: w.acts.Trainer, of: map[string]string{planner[0]: "config", planner[1]: "panic", planner[5]: "error"}}
	r, err := w.trainPack(p, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"config", "panic", "diverged", "diverged", "finished", "error"} {
		e := r.Ends[i]
		got := string(e.Outcome)
		switch {
		case e.Config:
			got = "config"
		case strings.Contains(e.Failed, "panicked"):
			got = "panic"
		case e.Failed != "":
			got = "error"
		}
		if got != want || !e.Begun {
			t.Errorf("trial %d: %+v, expected %s", i, e, want)
		}
		ended := map[string]storage.TrialState{"finished": storage.Finished, "diverged": storage.Diverged}[want]
		if ended == "" {
			ended = storage.Dispatched
		}
		if s := w.state(e.Hash); s != ended {
			t.Errorf("trial %d is %s, expected %s: its attempt is closed", i, s, ended)
		}
	}
}

// moody is a trainer that fails with some trials.
type moody struct {
	activities.Trainer
	of map[string]string
}

func (m *moody) Train(ctx context.Context, job training.Job, rec training.Recorder) (training.Result, error) {
	switch m.of[job.Config.Hash()] {
	case "config":
		return training.Result{}, fmt.Errorf("planned for engine 7: %w", training.ErrConfig)
	case "panic":
		panic("index out of range")
	case "error":
		return training.Result{}, errors.New("the disk is full")
	}
	return m.Trainer.Train(ctx, job, rec)
}

func TestATrialThatAnotherWorkflowTrainsStaysOutOfThePack(t *testing.T) {
	w, p := packed(t, noopPack("steps: 20", 3))
	// The lease is another workflow's, as after a partition.
	_, err := w.store.Claim(context.Background(), storage.ClaimRequest{Hash: p.Hashes[1], WorkflowID: "group/other", Worker: "x", Numerics: "any", Lease: time.Minute}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.trainPack(p, 0)
	if err != nil || !r.Ends[1].Busy || r.Ends[0].Outcome != training.Finished || r.Ends[2].Outcome != training.Finished {
		t.Errorf("%+v, %v", r, err)
	}
	if s := w.state(p.Hashes[1]); s != storage.Running {
		t.Errorf("the other's trial is %s", s)
	}
}

func TestAPackEndsInTimeAndIsContinued(t *testing.T) {
	w, p := packed(t, noopPack("steps: 40, delay_ms: 2", 4))
	rounds, late := 0, false
	for p.Hashes != nil {
		r, err := w.trainPack(p, 120*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		rounds++
		late = late || r.Late
		left := p
		left.Hashes = nil
		for _, e := range r.Ends {
			if e.Outcome != training.Finished {
				left.Hashes = append(left.Hashes, e.Hash)
			} else {
				w.eachStepOnce(e.Hash, 40)
			}
		}
		p = left
	}
	if rounds < 3 || !late {
		t.Errorf("%d rounds, late: %v", rounds, late)
	}
}

func TestTrialsOfACancelledSweepLeaveThePackAndOthersGoOn(t *testing.T) {
	w, p := packed(t, noopPack("steps: 300, delay_ms: 1", 3))
	other := "version: 1\nname: other\nexperiments:\n  - name: e\n    task: noop\n    seeds: [2]\n    parameters: {steps: 300, delay_ms: 1}\n"
	ctx := context.Background()
	if _, err := w.store.PutSweep(ctx, storage.Sweep{Name: "other", File: "o.yaml", Text: []byte(other)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.env().ExecuteActivity(w.acts.Plan, activities.SweepInput{Sweep: "other"}); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(60*time.Millisecond, func() { _ = w.store.SetSweepState(ctx, "s", storage.SweepCancelled) })
	r, err := w.trainPack(p, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []storage.Wanted{storage.WantCancel, storage.WantRun, storage.WantCancel} {
		if r.Ends[i].Wanted != want || (want == storage.WantRun) != (r.Ends[i].Outcome == training.Finished) {
			t.Errorf("trial %d: %+v, expected wanted %s", i, r.Ends[i], want)
		}
	}
}

func TestANewerAttemptAtThePackEndsTheOldOne(t *testing.T) {
	w, p := packed(t, noopPack("steps: 150, delay_ms: 2", 4))
	first := make(chan error, 1)
	go func() {
		_, err := w.trainPack(p, 0)
		first <- err
	}()
	for fence := int64(0); fence == 0; time.Sleep(5 * time.Millisecond) {
		_, _, fence, _ = w.store.Progress(context.Background(), p.Hashes[0])
	}
	time.Sleep(60 * time.Millisecond)
	r, err := w.trainPack(p, 0)
	allFinished(t, r, err)
	if err := <-first; err == nil || !strings.Contains(err.Error(), "taken the pack over") {
		t.Errorf("the first attempt ended with %v, expected that it was taken over", err)
	}
	for _, h := range p.Hashes {
		w.eachStepOnce(h, 150)
	}
	for i, h := range p.Hashes {
		if all, _ := w.store.Attempts(context.Background(), h); i > 0 && len(all) != 1 {
			t.Errorf("trial %d had %d attempts: the old one went on", i, len(all))
		}
	}
}

func TestAProcessThatSleptBeginsNoOtherTrial(t *testing.T) {
	w, p := packed(t, noopPack("steps: 60, delay_ms: 2", 3))
	r, err := w.trainPackIn(activities.PackInput{Task: p.Task, Hashes: p.Hashes, Every: p.Every, Lease: 60 * time.Millisecond, Beat: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Ends[0].Begun || r.Ends[1].Begun || r.Ends[2].Begun {
		t.Errorf("%+v: expected the first trial alone to have had its turn", r.Ends)
	}
}
