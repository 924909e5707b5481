package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"sweep/storage"
	"sweep/training"
)

// SegmentInput asks for one stretch of a trial.
type SegmentInput struct {
	Hash    string
	Task    string
	Every   training.Cadence
	MaxTime time.Duration // end the segment after this long, to be continued
	Lease   time.Duration // how long a silent attempt keeps the trial
	Beat    time.Duration // between heartbeats
}

// SegmentResult says how the segment ended. Everything it tells is committed.
type SegmentResult struct {
	Outcome training.Outcome
	Step    int64
	Fence   int64
	Settled bool           // the trial had its outcome before this segment
	Busy    bool           // another workflow trains it now
	Wanted  storage.Wanted // what the sweeps want of it
}

// Beat is the heartbeat's detail: a hint for people, never the truth.
type Beat struct {
	Fence      int64
	Step       int64
	Checkpoint string
}

// TrainSegment claims the trial, goes on from its newest checkpoint that
// verifies, and trains until it is done, asked to stop, or out of time.
func (a *Activities) TrainSegment(ctx context.Context, in SegmentInput) (SegmentResult, error) {
	defer a.Slots.enter()()
	return a.attempt(ctx, in, func(ctx context.Context, stop context.CancelCauseFunc, at *hold) func() {
		return watch(ctx, stop, in.Beat, func() any { return at.beat() })
	})
}

// hold is an attempt that may train: its fence, its recorder, and what it goes
// on from.
type hold struct {
	in    SegmentInput
	fence int64
	from  int64 // step of the checkpoint it goes on from, -1 for none
	rec   *recorder
	job   training.Job
	ctx   context.Context // cancelled when this trial is no longer wanted, or lost
	stop  context.CancelCauseFunc
}

func (h *hold) beat() Beat {
	step, key := h.rec.Committed()
	return Beat{Fence: h.fence, Step: step, Checkpoint: key}
}

// attempt is one attempt at one trial, from its claim to its end. While it
// trains it is followed: follow may cancel it, and what follow returns is called
// when it no longer trains.
func (a *Activities) attempt(ctx context.Context, in SegmentInput, follow func(context.Context, context.CancelCauseFunc, *hold) func()) (SegmentResult, error) {
	h, over, err := a.begin(ctx, in)
	if h == nil {
		return over, err
	}
	forget := follow(h.ctx, h.stop, h)
	used := threadClock()
	res, err := a.run(h.ctx, h.job, h.rec)
	return a.conclude(h, res, used(), err, forget)
}

// begin claims a trial. Where there is nothing to train, there is no hold but
// what came instead.
func (a *Activities) begin(ctx context.Context, in SegmentInput) (*hold, SegmentResult, error) {
	claim, state, err := a.claim(ctx, in)
	switch {
	case errors.Is(err, storage.ErrSettled):
		return nil, SegmentResult{Settled: true, Wanted: storage.WantRun}, nil
	case errors.Is(err, storage.ErrBusy):
		return nil, SegmentResult{Busy: true, Wanted: storage.WantRun}, nil
	case err != nil:
		return nil, SegmentResult{}, err
	}
	at := int64(-1)
	if claim.Checkpoint != nil {
		at = claim.Checkpoint.Step
	}
	if claim.Wanted != storage.WantRun {
		end := storage.End{Hash: in.Hash, Fence: claim.Fence, Outcome: string(training.Preempted), Step: at}
		return nil, SegmentResult{Outcome: training.Preempted, Step: at, Fence: claim.Fence, Wanted: claim.Wanted}, a.end(ctx, end)
	}
	h := &hold{in: in, fence: claim.Fence, from: at, job: training.Job{Resume: state, Every: in.Every, MaxTime: in.MaxTime}}
	if err := json.Unmarshal(claim.Config, &h.job.Config); err != nil {
		return nil, SegmentResult{}, a.fail(ctx, in.Hash, claim.Fence, 0, errors.Join(training.ErrConfig, err))
	}
	h.ctx, h.stop = context.WithCancelCause(ctx)
	h.rec = newRecorder(h.ctx, recorderOptions{
		hash: in.Hash, fence: claim.Fence, lease: in.Lease, every: a.Flush,
		attempts: a.Attempts, objects: a.Objects, stop: h.stop,
	})
	return h, SegmentResult{}, nil
}

// conclude commits what is left and closes the attempt.
func (a *Activities) conclude(h *hold, res training.Result, cpu time.Duration, err error, forget func()) (SegmentResult, error) {
	defer h.stop(nil)
	closeErr := h.rec.Close()
	forget()
	if err = errors.Join(err, closeErr); err != nil {
		return SegmentResult{}, a.fail(h.ctx, h.in.Hash, h.fence, cpu, err)
	}
	end := storage.End{Hash: h.in.Hash, Fence: h.fence, Outcome: string(res.Outcome), Step: res.Step, Reason: res.Reason, CPU: cpu}
	out := SegmentResult{Outcome: res.Outcome, Step: res.Step, Fence: h.fence, Wanted: h.rec.Wanted()}
	return out, a.end(h.ctx, end)
}

// claim takes the trial. Verifying a checkpoint reads it whole, so the bytes
// that were checked are the bytes that training goes on from.
func (a *Activities) claim(ctx context.Context, in SegmentInput) (storage.Claim, []byte, error) {
	var state []byte
	verify := func(ctx context.Context, c storage.Checkpoint) (bool, error) {
		data, err := a.Objects.Get(ctx, c.Key, c.Size, c.SHA256)
		if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrCorrupt) {
			activity.GetLogger(ctx).Warn("checkpoint does not verify, going back further", "key", c.Key, "error", err)
			return false, nil
		}
		state = data
		return err == nil, err
	}
	claim, err := a.Attempts.Claim(ctx, storage.ClaimRequest{
		Hash: in.Hash, WorkflowID: activity.GetInfo(ctx).WorkflowExecution.ID,
		Worker: a.Worker, Numerics: a.Trainer.Numerics(in.Task), Lease: in.Lease, Program: a.Program,
	}, verify)
	if err != nil {
		return claim, nil, fmt.Errorf("claim trial %.12s: %w", in.Hash, err)
	}
	if claim.Checkpoint == nil {
		state = nil
	}
	return claim, state, nil
}

// run is Train, whose panic is the failure of this attempt alone: its attempt is
// closed, its lease is not renewed, and the trials beside it go on.
func (a *Activities) run(ctx context.Context, job training.Job, rec training.Recorder) (res training.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			activity.GetLogger(ctx).Error("training panicked", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("training panicked: %v", v)
		}
	}()
	return a.Trainer.Train(ctx, job, rec)
}

// watch sends heartbeats with the detail that tell gives, and turns every
// reason to stop into a cancelled context: the trainer finishes its step and
// checkpoints.
func watch(ctx context.Context, stop context.CancelCauseFunc, every time.Duration, tell func() any) func() {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(every)
		defer tick.Stop()
		stopping := activity.GetWorkerStopChannel(ctx)
		for {
			activity.RecordHeartbeat(ctx, tell())
			select {
			case <-done:
				return
			case <-stopping:
				stop(errWorkerStops)
				stopping = nil
			case <-tick.C:
			}
		}
	}()
	return func() { close(done); <-gone }
}

var errWorkerStops = errors.New("the worker is stopping")

// fail closes the attempt and gives the error its class: what can never
// succeed is not retried. A stale attempt has nothing to close.
func (a *Activities) fail(ctx context.Context, hash string, fence int64, cpu time.Duration, err error) error {
	if errors.Is(err, storage.ErrStale) {
		return fmt.Errorf("train trial %.12s: %w", hash, err)
	}
	end := storage.End{Hash: hash, Fence: fence, Outcome: "failed", Step: -1, Reason: err.Error(), CPU: cpu}
	if endErr := a.end(ctx, end); endErr != nil {
		err = errors.Join(err, endErr)
	}
	if errors.Is(err, training.ErrConfig) || errors.Is(err, training.ErrState) || errors.Is(err, storage.ErrConflict) {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("train trial %.12s", hash), ConfigError, err)
	}
	return fmt.Errorf("train trial %.12s: %w", hash, err)
}

// end closes the attempt even when the context is already cancelled.
func (a *Activities) end(ctx context.Context, e storage.End) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if err := a.Attempts.End(ctx, e); err != nil && !errors.Is(err, storage.ErrStale) {
		return fmt.Errorf("close attempt %d of trial %.12s: %w", e.Fence, e.Hash, err)
	}
	return nil
}

const endTimeout = 30 * time.Second
