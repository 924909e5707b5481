package activities_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"sweep/activities"
	"sweep/storage"
	"sweep/training"
)

func noopSweep(params string) string {
	return fmt.Sprintf("version: 1\nname: s\nexperiments:\n  - name: e\n    task: noop\n    parameters: {%s}\n    checkpoint: {every: {steps: 100}}\n", params)
}

func TestASegmentTrainsATrialToItsEndAndOnlyOnce(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 2500"))
	trial := w.planned()[0]
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	w.eachStepOnce(trial.Hash, 2500)
	if r, err := w.segment(trial, 0); err != nil || !r.Settled {
		t.Errorf("again: %+v, %v; expected settled", r, err)
	}
	w.eachStepOnce(trial.Hash, 2500)
}

func TestAnAttemptTellsWhatTrainedItAndWhatItTook(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 2500"))
	trial := w.planned()[0]
	w.acts.Program = storage.Program{Machine: "a machine", Version: "v1", Commit: "c0ffee"}
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	all, err := w.store.Attempts(context.Background(), trial.Hash)
	if err != nil || len(all) != 1 || all[0].Program != w.acts.Program {
		t.Fatalf("attempts %+v, error %v", all, err)
	}
	if cpu := all[0].CPUSeconds; runtime.GOOS == "linux" && (cpu == nil || *cpu <= 0 || *cpu > all[0].Ended.Sub(all[0].Started).Seconds()+0.1) {
		t.Errorf("processor seconds %v", cpu)
	}
}

func TestSegmentsContinueOneAnother(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 60, delay_ms: 2"))
	trial := w.planned()[0]
	segments := 0
	for {
		r, err := w.segment(trial, 20*time.Millisecond)
		segments++
		if err == nil && r.Outcome == training.Preempted {
			continue
		}
		finished(t, r, err)
		break
	}
	if segments < 3 {
		t.Errorf("only %d segments: the limit was not kept", segments)
	}
	w.eachStepOnce(trial.Hash, 60)
}

func TestADivergedTrialIsAResult(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 50, diverge_at: 7"))
	trial := w.planned()[0]
	r, err := w.segment(trial, 0)
	if err != nil || r.Outcome != training.Diverged || r.Step != 7 || w.state(trial.Hash) != storage.Diverged {
		t.Errorf("%+v, %v, state %s", r, err, w.state(trial.Hash))
	}
}

func TestCommitsThatFailOrLoseTheirAnswerAreSentAgainVerbatim(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 3000"))
	away := errors.New("connection refused")
	w.faults.onCommit = func(n int) (before, after error) {
		switch n % 4 {
		case 1:
			return away, nil
		case 3:
			return nil, away
		}
		return nil, nil
	}
	puts := 0
	w.faults.onPut = func() error {
		if puts++; puts%3 == 1 {
			return away
		}
		return nil
	}
	trial := w.planned()[0]
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	w.eachStepOnce(trial.Hash, 3000)
}

func TestADamagedCheckpointIsPassedOverForTheOneBefore(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 400, delay_ms: 1"))
	trial := w.planned()[0]
	for {
		r, err := w.segment(trial, 150*time.Millisecond)
		if err != nil || r.Outcome != training.Preempted {
			t.Fatalf("%+v, %v; expected to be preempted", r, err)
		}
		if r.Step > 200 {
			break
		}
	}
	newest := w.newestCheckpoint(trial.Hash)
	w.objects.Damage(newest.Key)
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	w.eachStepOnce(trial.Hash, 400)
	attempts, err := w.store.Attempts(context.Background(), trial.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if last := attempts[len(attempts)-1]; last.FromStep >= newest.Step || last.FromStep < 100 {
		t.Errorf("went on from step %d, expected a checkpoint before %d", last.FromStep, newest.Step)
	}
}

// newestCheckpoint asks with a claim that finds every checkpoint bad: it then
// changes nothing, since verify fails.
func (w *world) newestCheckpoint(hash string) (newest storage.Checkpoint) {
	w.t.Helper()
	stop := errors.New("only looking")
	_, err := w.store.Claim(context.Background(), storage.ClaimRequest{Hash: hash, WorkflowID: "group/" + hash, Worker: "look", Numerics: "any", Lease: time.Second},
		func(_ context.Context, c storage.Checkpoint) (bool, error) { newest = c; return false, stop })
	if !errors.Is(err, stop) {
		w.t.Fatalf("looking at the newest checkpoint: %v", err)
	}
	return newest
}

func TestAStaleAttemptStopsAndDoublesNothing(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 300, delay_ms: 2"))
	trial := w.planned()[0]
	first := make(chan error, 1)
	go func() {
		_, err := w.segment(trial, 0)
		first <- err
	}()
	for fence := int64(0); fence == 0; time.Sleep(5 * time.Millisecond) {
		_, _, fence, _ = w.store.Progress(context.Background(), trial.Hash)
	}
	time.Sleep(60 * time.Millisecond)
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	if err := <-first; err == nil || !strings.Contains(err.Error(), storage.ErrStale.Error()) {
		t.Errorf("the first attempt ended with %v, expected stale", err)
	}
	w.eachStepOnce(trial.Hash, 300)
}

func TestAPausedSweepStopsItsSegmentAtACheckpoint(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 100000, delay_ms: 1"))
	trial := w.planned()[0]
	time.AfterFunc(80*time.Millisecond, func() { _ = w.store.SetSweepState(context.Background(), "s", storage.SweepPaused) })
	r, err := w.segment(trial, 0)
	if err != nil || r.Outcome != training.Preempted || r.Wanted != storage.WantPause {
		t.Fatalf("%+v, %v; expected preempted because paused", r, err)
	}
	if c := w.newestCheckpoint(trial.Hash); c.Step != r.Step {
		t.Errorf("the newest checkpoint is of step %d, the segment ended at %d", c.Step, r.Step)
	}
	w.eachStepOnce(trial.Hash, r.Step)
}

func TestAnUnwantedTrialIsNotTrained(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 10"))
	trial := w.planned()[0]
	if err := w.store.SetSweepState(context.Background(), "s", storage.SweepCancelled); err != nil {
		t.Fatal(err)
	}
	r, err := w.segment(trial, 0)
	if err != nil || r.Wanted != storage.WantCancel || r.Outcome != training.Preempted || r.Step != -1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestATrialOfAnotherEngineIsAConfigurationError(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 10"))
	trial := w.planned()[0]
	w.acts.Trainer = oldEngine{w.acts.Trainer}
	_, err := w.segment(trial, 0)
	app := new(temporal.ApplicationError)
	if !errors.As(err, &app) || app.Type() != activities.ConfigError || !app.NonRetryable() {
		t.Errorf("%v; expected a configuration error that is not retried", err)
	}
}

// oldEngine is a trainer that cannot train what was planned.
type oldEngine struct{ activities.Trainer }

func (oldEngine) Train(context.Context, training.Job, training.Recorder) (training.Result, error) {
	return training.Result{}, fmt.Errorf("planned for engine 7: %w", training.ErrConfig)
}
