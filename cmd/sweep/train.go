package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sweep/sweeps"
	"sweep/training"
)

type trainFlags struct {
	task   string
	params []string
	seed   int64
	out    string
	every  int64
}

func newTrainCmd(a *app) *cobra.Command {
	f := trainFlags{}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "train one trial in the foreground, with no services",
		Long: `train runs one trial here and now. With --out DIR it writes points.csv, the
artifacts and the newest checkpoint there, and goes on from that checkpoint when
it is started again.`,
		Example: "  sweep train --task gaussians -p k=5 -p steps=2000 --seed 1 --out out/k5",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.train(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.task, "task", "gaussians", "what is trained")
	cmd.Flags().StringArrayVarP(&f.params, "param", "p", nil, "a parameter, name=value; may be given often")
	cmd.Flags().Int64Var(&f.seed, "seed", 1, "the trial's seed")
	cmd.Flags().StringVar(&f.out, "out", "", "folder for points, artifacts and the checkpoint")
	cmd.Flags().Int64Var(&f.every, "checkpoint-every", 5000, "steps between checkpoints")
	completeParams(cmd, func([]string) string { return f.task })
	if err := cmd.RegisterFlagCompletionFunc("task", completeTask); err != nil {
		panic("train: " + err.Error()) // the flag is not there: a mistake in this program
	}
	return cmd
}

func (a *app) train(ctx context.Context, f trainFlags) error {
	cfg, err := f.config()
	if err != nil {
		return err
	}
	data, err := a.library()
	if err != nil {
		return err
	}
	if cfg.Data, err = digestOf(data, cfg); err != nil {
		return err
	}
	device, err := a.chooseDevice()
	if err != nil {
		return err
	}
	rec, resume, err := openFolder(f.out, cfg)
	if err != nil {
		return err
	}
	rec.progress = newTrainProgress(a, cfg)
	job := training.Job{Config: cfg, Resume: resume, Every: training.Cadence{Steps: f.every, Time: time.Minute}}
	res, err := newEngine(data, device).Train(ctx, job, rec)
	rec.progress.end()
	if err != nil {
		if errors.Is(err, training.ErrState) || errors.Is(err, training.ErrConfig) {
			return exitError{exitInvalid, err}
		}
		return fmt.Errorf("train: %w", err)
	}
	return a.trained(cfg, res)
}

// trained prints how the trial ended: the same numbers as a table or as JSON.
func (a *app) trained(cfg training.Config, res training.Result) error {
	metrics := map[string]any{}
	var lines strings.Builder
	for _, p := range res.Last {
		metrics[p.Metric] = jsonNumber(p.Value)
		fmt.Fprintf(&lines, "  %-18s %.6g\n", p.Metric, p.Value)
	}
	data := map[string]any{"trial_id": cfg.Hash(), "step": res.Step, "outcome": res.Outcome, "metrics": metrics}
	if res.Reason != "" {
		data["reason"] = res.Reason
		fmt.Fprintf(&lines, "  %s\n", res.Reason)
	}
	return a.say(data, "%s at step %d, trial %.12s\n%s", res.Outcome, res.Step, cfg.Hash(), lines.String())
}

// jsonNumber keeps NaN and infinities, which JSON numbers cannot hold, as words.
func jsonNumber(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	return v
}

// config resolves the flags into a trial.
func (f trainFlags) config() (training.Config, error) {
	schema, ok := training.SchemaOf(f.task)
	if !ok || schema.Missing {
		return training.Config{}, invalid("--task %s: this version trains %s", f.task, strings.Join(tasks(), ", "))
	}
	var given training.Params
	for _, p := range f.params {
		name, text, ok := strings.Cut(p, "=")
		if !ok {
			return training.Config{}, invalid("-p %s: expected name=value", p)
		}
		param, ok := schema.Param(name)
		if !ok {
			return training.Config{}, invalid("-p %s: unknown parameter of task %s%s", name, f.task, didYouMean(name, schema.Names()))
		}
		v, err := param.Parse(text)
		if err != nil {
			return training.Config{}, invalid("-p %s: %v", name, err)
		}
		given = given.With(name, v)
	}
	cfg, err := training.NewConfig(f.task, given, f.seed)
	if err != nil {
		return cfg, exitError{exitInvalid, err}
	}
	return cfg, nil
}

func didYouMean(word string, known []string) string {
	if near := sweeps.Suggest(word, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// tasks lists what this version trains.
func tasks() []string {
	var names []string
	for _, s := range training.Schemas() {
		if !s.Missing && !s.Hidden {
			names = append(names, s.Task)
		}
	}
	return names
}

// openFolder prepares the output folder and finds the checkpoint to go on
// from. An empty path keeps nothing.
func openFolder(dir string, cfg training.Config) (*folder, []byte, error) {
	rec := &folder{dir: dir}
	if dir == "" {
		return rec, nil, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, invalid("--out %s: %v", dir, errors.Unwrap(err))
	}
	if err := rec.owned(cfg); err != nil {
		return nil, nil, err
	}
	state, err := rec.reopen()
	if err != nil {
		return nil, nil, invalid("--out %s: %v", dir, err)
	}
	return rec, state, nil
}
