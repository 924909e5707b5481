package engine

import (
	"context"
	"fmt"
	"time"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
)

// session is one stretch of one trial.
type session struct {
	job      training.Job
	numerics string
	steps    int64
	run      tasks.Member
	rec      training.Recorder
	points   []training.Point // of one step, used again

	first    int64  // the step that this stretch goes on from
	step     int64  // the last step that was recorded
	saved    int64  // the last step that was checkpointed, −1 for none
	diverged string // why, once it has
	last     lastValues

	began, savedAt time.Time // for cadence and MaxTime alone
}

func newSession(job training.Job, numerics string, run tasks.Member, rec training.Recorder) *session {
	now := time.Now()
	return &session{job: job, numerics: numerics, steps: job.Config.Steps(), run: run, rec: rec,
		saved: -1, began: now, savedAt: now}
}

// begin takes up the checkpoint, or evaluates and records step 0.
func (s *session) begin() error {
	if s.job.Resume != nil {
		return s.resume()
	}
	return s.record(0, nil)
}

func (s *session) resume() error {
	m, state, err := checkpoint.Decode(s.job.Resume)
	if err != nil {
		return fmt.Errorf("resuming: %w", err)
	}
	if err := m.Check(s.job.Config, s.numerics); err != nil {
		return fmt.Errorf("resuming: %w", err)
	}
	if err := s.run.Restore(m.Step, state); err != nil {
		return fmt.Errorf("resuming: %w", err)
	}
	s.first, s.step, s.saved, s.diverged, s.last = m.Step, m.Step, m.Step, m.Diverged, newLastValues(m.Last)
	return nil
}

// train goes on until a reason to stop, and leaves the last step checkpointed.
func (s *session) train(ctx context.Context, run tasks.Run) error {
	for {
		step, err := s.next(ctx)
		if err != nil || step == 0 {
			return err
		}
		if err := s.took(run.Step(ctx, step)); err != nil {
			return err
		}
	}
}

// next is the step to train, after the checkpoint that is due before it; 0 when
// there is a reason to stop, with the last step checkpointed.
func (s *session) next(ctx context.Context) (int64, error) {
	stop := s.ended() || ctx.Err() != nil || s.outOfTime() && s.step > s.first
	if stop && s.saved != s.step || !stop && s.due() {
		if err := s.save(); err != nil {
			return 0, err
		}
	}
	if stop {
		return 0, nil
	}
	return s.step + 1, nil
}

// took records the step that was trained.
func (s *session) took(points []training.Point, diverged string) error {
	s.diverged = diverged
	return s.record(s.step+1, points)
}

// record gives the recorder everything of a step. A diverged step is not
// evaluated: there is nothing left to score.
func (s *session) record(step int64, points []training.Point) error {
	s.points = append(s.points[:0], points...)
	var artifacts []training.Artifact
	if s.diverged == "" {
		var scores []training.Point
		scores, artifacts = s.run.Evaluate(step)
		s.points = append(s.points, scores...)
	}
	s.step = step
	s.last.take(s.points)
	if len(s.points) > 0 {
		if err := s.rec.Record(step, s.points); err != nil {
			return fmt.Errorf("recording the points of step %d: %w", step, err)
		}
	}
	for _, a := range artifacts {
		if err := s.rec.Artifact(a); err != nil {
			return fmt.Errorf("recording artifact %s of step %d: %w", a.Name, step, err)
		}
	}
	return nil
}

// save checkpoints the last step.
func (s *session) save() error {
	data, err := checkpoint.Encode(checkpoint.Manifest{
		Engine: s.job.Config.Engine, Trial: s.job.Config.Hash(), Task: s.job.Config.Task, Numerics: s.numerics,
		Step: s.step, Diverged: s.diverged, Last: s.last.manifest(),
	}, s.run.State(s.step))
	if err != nil {
		return err
	}
	if err := s.rec.Checkpoint(training.Checkpoint{Step: s.step, Data: data}); err != nil {
		return fmt.Errorf("recording the checkpoint of step %d: %w", s.step, err)
	}
	s.saved, s.savedAt = s.step, time.Now()
	return nil
}

// due tells whether the cadence asks for a checkpoint of the last step.
func (s *session) due() bool {
	every := s.job.Every
	if s.step == s.saved || s.step == 0 {
		return false
	}
	return every.Steps > 0 && s.step%every.Steps == 0 || every.Time > 0 && time.Since(s.savedAt) >= every.Time
}

func (s *session) ended() bool { return s.diverged != "" || s.step >= s.steps }

func (s *session) outOfTime() bool {
	return s.job.MaxTime > 0 && time.Since(s.began) >= s.job.MaxTime
}

func (s *session) result() training.Result {
	r := training.Result{Outcome: training.Preempted, Step: s.step, Reason: s.diverged, Last: s.last.points}
	switch {
	case s.diverged != "":
		r.Outcome = training.Diverged
	case s.step >= s.steps:
		r.Outcome = training.Finished
	}
	return r
}
