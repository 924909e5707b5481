package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"sweep/activities"
	"sweep/storage"
	"sweep/storage/memory"
	"sweep/training"
	"sweep/training/engine"
	"sweep/training/tasks/noop"
)

// world is a sweep of no-op trials, the real engine, and stores in memory that
// can be told to fail.
type world struct {
	t       *testing.T
	acts    *activities.Activities
	store   *memory.Store
	objects *memory.Objects
	faults  *faults
	alive   map[string]bool // group workflows that are open
}

func newWorld(t *testing.T, yaml string) *world {
	t.Helper()
	w := &world{t: t, store: memory.New(), objects: new(memory.Objects), alive: map[string]bool{}}
	w.faults = &faults{Store: w.store, Objects: w.objects}
	w.acts = &activities.Activities{
		Plans: w.store, Queue: w.store, Strays: w.store, Attempts: w.faults, Outcomes: w.store, Objects: w.faults,
		Trainer: engine.New(noop.Task{}), Groups: w, Worker: "test", Flush: 5 * time.Millisecond,
	}
	if _, err := w.store.PutSweep(context.Background(), storage.Sweep{Name: "s", File: "s.yaml", Text: []byte(yaml)}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Alive says whether a group is open.
func (w *world) Alive(_ context.Context, id string) (bool, error) { return w.alive[id], nil }

// env runs one activity as Temporal would.
func (w *world) env() *testsuite.TestActivityEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	e := suite.NewTestActivityEnvironment()
	e.RegisterActivity(w.acts)
	return e
}

// planned plans the sweep and hands out its trials.
func (w *world) planned() []activities.Trial {
	w.t.Helper()
	w.plan()
	return w.dispatch().Trials
}

func (w *world) plan() {
	w.t.Helper()
	if _, err := w.env().ExecuteActivity(w.acts.Plan, activities.SweepInput{Sweep: "s"}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) dispatch() activities.Dispatched {
	w.t.Helper()
	v, err := w.env().ExecuteActivity(w.acts.Dispatch, activities.DispatchInput{Sweep: "s"})
	if err != nil {
		w.t.Fatal(err)
	}
	var page activities.Dispatched
	if err := v.Get(&page); err != nil {
		w.t.Fatal(err)
	}
	return page
}

// segment trains one segment of a trial.
func (w *world) segment(trial activities.Trial, limit time.Duration) (r activities.SegmentResult, err error) {
	v, err := w.env().ExecuteActivity(w.acts.TrainSegment, activities.SegmentInput{
		Hash: trial.Hash, Task: trial.Task, Every: trial.Every, MaxTime: limit, Lease: time.Minute, Beat: 10 * time.Millisecond,
	})
	if err != nil {
		return r, err
	}
	return r, v.Get(&r)
}

// eachStepOnce fails unless the trial has exactly the points of a straight run.
func (w *world) eachStepOnce(hash string, steps int64) {
	w.t.Helper()
	series, err := w.store.Series(context.Background(), hash, "value", 0, steps, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if int64(len(series.Steps)) != steps {
		w.t.Errorf("%d points, expected one for each of %d steps", len(series.Steps), steps)
	}
	for i, s := range series.Steps {
		if s != int64(i+1) {
			w.t.Fatalf("point %d is of step %d", i, s)
		}
	}
	trial, err := w.store.Trial(context.Background(), hash)
	if err != nil {
		w.t.Fatal(err)
	}
	if trial.Nondeterministic {
		w.t.Error("the replay differed from what was rolled back")
	}
}

func (w *world) state(hash string) storage.TrialState {
	w.t.Helper()
	_, state, _, err := w.store.Progress(context.Background(), hash)
	if err != nil {
		w.t.Fatal(err)
	}
	return state
}

// faults stands before the stores and fails as it is told.
type faults struct {
	*memory.Store
	*memory.Objects
	mu       sync.Mutex
	commits  int                               // Commit calls so far
	onCommit func(n int) (before, after error) // before: nothing happens; after: the answer is lost
	onPut    func() error
}

func (f *faults) Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error) {
	f.mu.Lock()
	f.commits++
	n, on := f.commits, f.onCommit
	f.mu.Unlock()
	var before, after error
	if on != nil {
		before, after = on(n)
	}
	if before != nil {
		return "", before
	}
	wanted, err := f.Store.Commit(ctx, c)
	return wanted, errors.Join(err, after)
}

func (f *faults) Put(ctx context.Context, key string, data []byte, sha, mediaType string) (string, error) {
	if f.onPut != nil {
		if err := f.onPut(); err != nil {
			return "", err
		}
	}
	return f.Objects.Put(ctx, key, data, sha, mediaType)
}

func finished(t *testing.T, r activities.SegmentResult, err error) {
	t.Helper()
	if err != nil || r.Outcome != training.Finished {
		t.Fatalf("%+v, %v; expected finished", r, err)
	}
}
