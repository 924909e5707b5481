package storagetest

import (
	"context"
	"iter"
	"math"
	"testing"
	"time"

	"sweep/storage"
)

// Points is the store under test: what activities ask of it, and enough
// reading to see what it kept.
type Points interface {
	PutSweep(ctx context.Context, w storage.Sweep) (int64, error)
	Sweep(ctx context.Context, name string) (storage.Sweep, error)
	SetSweepState(ctx context.Context, name string, state storage.SweepState) error
	WritePlan(ctx context.Context, sweep string, experiments []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (storage.PlanCounts, error)
	Dispatch(ctx context.Context, sweep string, limit int, packing storage.Packing) ([]storage.Dispatch, storage.Counts, error)
	Undispatch(ctx context.Context, hash, workflowID string) error
	Counts(ctx context.Context, sweep string) (storage.Counts, error)
	Paces(ctx context.Context, sweep string) ([]storage.Pace, error)
	Strays(ctx context.Context, sweep string, idle time.Duration) ([]storage.Stray, error)
	Requeue(ctx context.Context, hash, workflowID string) error
	Retry(ctx context.Context, sweep string) (int, error)
	Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error)
	Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error)
	End(ctx context.Context, e storage.End) error
	Settle(ctx context.Context, s storage.Settlement) ([]string, error)
	Progress(ctx context.Context, hash string) (step int64, state storage.TrialState, fence int64, err error)
	Beat(ctx context.Context, w storage.Worker) error
	Trial(ctx context.Context, hash string) (storage.Trial, error)
	Attempts(ctx context.Context, sweepOrTrial string) ([]storage.Attempt, error)
	Series(ctx context.Context, hash, metric string, from, to int64, maxPoints int) (storage.Series, error)
}

// RunPoints runs the suite. open returns an empty store; it is called once for
// each test.
func RunPoints(t *testing.T, open func(t *testing.T) Points) {
	for _, group := range [][]pointsTest{planTests, dispatchTests, packTests, claimTests, commitTests, replayTests, settleTests} {
		for _, test := range group {
			t.Run(test.name, func(t *testing.T) {
				test.run(&world{T: t, Points: open(t), ctx: t.Context()})
			})
		}
	}
}

type pointsTest struct {
	name string
	run  func(w *world)
}

// world is a store and the shorthand that tests speak in.
type world struct {
	*testing.T
	Points
	ctx context.Context
}

// must fails the test on an error.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// submit stores and plans a sweep whose trials are named by words.
func (w *world) submit(sweep storage.Sweep, trials ...string) storage.PlanCounts {
	w.Helper()
	if sweep.Text == nil {
		sweep.Text = []byte("version: 1")
	}
	_, err := w.PutSweep(w.ctx, sweep)
	w.must(err)
	counts, err := w.WritePlan(w.ctx, sweep.Name, []storage.Experiment{Experiment(sweep.Name)}, Plan(trials...))
	w.must(err)
	return counts
}

// dispatched submits one sweep of one trial and dispatches it.
func (w *world) dispatched() (hash, workflow string) {
	w.Helper()
	w.submit(storage.Sweep{Name: "s"}, "a")
	got, _, err := w.Dispatch(w.ctx, "s", 0, storage.Packing{})
	w.must(err)
	if len(got) != 1 {
		w.Fatalf("dispatched %d trials, want 1", len(got))
	}
	return got[0].Hash, "group/" + got[0].Hash
}

// claim takes a trial for an hour.
func (w *world) claim(hash, workflow string) storage.Claim {
	w.Helper()
	c, err := w.Claim(w.ctx, Request(hash, workflow), nil)
	w.must(err)
	return c
}

// commit commits chunks, with a checkpoint after them when at >= 0.
func (w *world) commit(hash string, fence, at int64, chunks ...storage.Chunk) {
	w.Helper()
	_, err := w.Commit(w.ctx, CommitOf(hash, fence, at, chunks...))
	w.must(err)
}

// points reads every point of a metric.
func (w *world) points(hash, metric string) storage.Chunk {
	w.Helper()
	s, err := w.Series(w.ctx, hash, metric, 0, math.MaxInt64, 0)
	w.must(err)
	return storage.Chunk{Metric: metric, Steps: s.Steps, Values: s.Values}
}

// wantPoints compares a metric's points with the expected chunk, bit for bit.
func (w *world) wantPoints(hash string, want storage.Chunk) {
	w.Helper()
	if got := w.points(hash, want.Metric); !Equal(got, want) {
		w.Fatalf("metric %s holds\n%v %v, want\n%v %v", want.Metric, got.Steps, got.Values, want.Steps, want.Values)
	}
}

// wantState compares what Progress tells.
func (w *world) wantState(hash string, step int64, state storage.TrialState) {
	w.Helper()
	gotStep, gotState, _, err := w.Progress(w.ctx, hash)
	w.must(err)
	if gotStep != step || gotState != state {
		w.Fatalf("progress is step %d, %s; want %d, %s", gotStep, gotState, step, state)
	}
}
