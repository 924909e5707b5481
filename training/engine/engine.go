package engine

import (
	"context"
	"fmt"

	"sweep/training"
	"sweep/training/tasks"
)

// Engine trains trials of the tasks it was given. It holds no state of trials,
// so one Engine serves any number of goroutines.
type Engine struct {
	tasks map[string]tasks.Task
}

// New makes an engine for some tasks.
func New(ts ...tasks.Task) *Engine {
	e := &Engine{tasks: map[string]tasks.Task{}}
	for _, t := range ts {
		e.tasks[t.Name()] = t
	}
	return e
}

// Numerics is the numerics key of a task's trials, "" for a task it cannot
// train.
func (e *Engine) Numerics(task string) string {
	t, ok := e.tasks[task]
	if !ok {
		return ""
	}
	return t.Numerics()
}

// Train runs one stretch of a trial, from step 0 or from a checkpoint, until it
// is finished, diverged or preempted; each of these is a Result. Errors wrap
// training.ErrConfig for a config that can never be trained here,
// training.ErrState for a checkpoint that cannot be used, or are the recorder's
// own.
func (e *Engine) Train(ctx context.Context, job training.Job, rec training.Recorder) (training.Result, error) {
	task, err := e.task(job.Config)
	if err != nil {
		return training.Result{}, err
	}
	run, err := task.Open(job.Config)
	if err != nil {
		return training.Result{}, fmt.Errorf("opening the trial: %w", err)
	}
	s := newSession(job, task.Numerics(), run, rec)
	if err := s.begin(); err != nil {
		return training.Result{}, err
	}
	if err := s.train(ctx, run); err != nil {
		return training.Result{}, err
	}
	return s.result(), nil
}

// Describe tells what a trial would train; errors wrap training.ErrConfig.
// Neither data nor the digest of a set are needed.
func (e *Engine) Describe(cfg training.Config) (training.Description, error) {
	t, ok := e.tasks[cfg.Task].(interface {
		Describe(training.Config) (training.Description, error)
	})
	if !ok {
		return training.Description{}, fmt.Errorf("%w: task %s has no networks to describe", training.ErrConfig, cfg.Task)
	}
	return t.Describe(cfg)
}

// task finds the task of a config and checks the config against its schema.
func (e *Engine) task(cfg training.Config) (tasks.Task, error) {
	t, ok := e.tasks[cfg.Task]
	if !ok {
		return nil, fmt.Errorf("%w: this engine cannot train task %q", training.ErrConfig, cfg.Task)
	}
	if cfg.Engine != training.EngineVersion {
		return nil, fmt.Errorf("%w: planned for engine version %d, this is %d", training.ErrConfig, cfg.Engine, training.EngineVersion)
	}
	if s, _ := training.SchemaOf(cfg.Task); (s.DataSet(cfg.Params) == "") != (cfg.Data == "") {
		return nil, fmt.Errorf("%w: task %s and the digest %q of its data set do not fit", training.ErrConfig, cfg.Task, cfg.Data)
	}
	again, err := training.NewConfig(cfg.Task, cfg.Params, cfg.Seed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", training.ErrConfig, err)
	}
	if again.Data = cfg.Data; again.Hash() != cfg.Hash() {
		return nil, fmt.Errorf("%w: its parameters are not resolved", training.ErrConfig)
	}
	return t, nil
}
