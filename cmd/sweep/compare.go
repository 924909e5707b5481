package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sweep/report"
	"sweep/sweeps"
)

func newCompareCmd(a *app) *cobra.Command {
	var o report.Options
	cmd := &cobra.Command{
		Use: "compare SWEEP", Short: "answer the sweep's question: statistics per cell, paired differences over seeds",
		Example: "  sweep compare quick\n  sweep compare paper --experiment ring --metric high_quality",
		Args:    exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.compare(ctx, s, args[0], o) })
		},
	}
	cmd.Flags().StringVar(&o.Experiment, "experiment", "", "compare this experiment only")
	cmd.Flags().StringVar(&o.Metric, "metric", "", "compare by this metric instead of the experiment's own")
	return cmd
}

func (a *app) compare(ctx context.Context, s *services, name string, o report.Options) error {
	c, err := report.Compare(ctx, s.metrics, name, o)
	if unknown := (*report.UnknownError)(nil); errors.As(err, &unknown) {
		if near := sweeps.Suggest(unknown.Name, unknown.Known); near != "" {
			return invalid("%s has no %s %q (did you mean %q?)", unknown.Of, unknown.Kind, unknown.Name, near)
		}
		return exitError{exitInvalid, err}
	}
	if err != nil {
		return s.unknownSweep(ctx, name, err)
	}
	if a.output == "csv" {
		return cellsCSV(c).csv(a.out)
	}
	var tables []*table
	for _, e := range c.Experiments {
		tables = append(tables, cellTable(e))
		if len(e.Contrasts) > 0 {
			tables = append(tables, contrastTable(e))
		}
	}
	if err := a.print(c, tables...); err != nil || a.output != "table" {
		return err
	}
	return a.sentences(c)
}

// sentences says the answer in words below the tables.
func (a *app) sentences(c report.Comparison) error {
	for i, e := range c.Experiments {
		for j, k := range e.Contrasts {
			if i+j == 0 {
				fmt.Fprintln(a.out)
			}
			if _, err := fmt.Fprintln(a.out, k.Sentence); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(a.out, "\n%s\n", c.Note)
	return err
}

func cellTable(e report.ExperimentComparison) *table {
	t := newTable(fmt.Sprintf("%s: %s (%s)", e.Name, e.Metric, e.Goal), "cell", ">n", ">mean", ">sd", ">median", ">min", ">max", ">diverged", ">failed", ">not yet")
	for _, c := range e.Cells {
		t.add(c.Cell, c.N, optional(c.Mean), optional(c.SD), optional(c.Median), optional(c.Min), optional(c.Max), c.Diverged, c.Failed, c.NotYet+c.NoValue)
	}
	return t
}

func contrastTable(e report.ExperimentComparison) *table {
	t := newTable("paired differences, by seed", "contrast", "at", ">pairs", ">mean", ">sd", ">median", ">better", ">equal", ">worse", ">diverged", ">not comparable")
	for _, c := range e.Contrasts {
		t.add(c.Value+" against "+c.Against, c.At, c.Pairs, signed(c.Difference.Mean), optional(c.Difference.SD), signed(c.Difference.Median),
			c.Better, c.Equal, c.Worse, c.Diverged, c.NotComparable)
	}
	return t
}

func signed(v *float64) string {
	if v == nil {
		return "–"
	}
	return report.Signed(*v)
}

// cellsCSV is one table over all experiments with every digit.
func cellsCSV(c report.Comparison) *table {
	t := newTable("", "experiment", "metric", "goal", "cell", "trials", "n", "mean", "sd", "median", "min", "max", "diverged", "failed", "no_value", "not_yet")
	for _, e := range c.Experiments {
		for _, k := range e.Cells {
			t.add(e.Name, e.Metric, e.Goal, k.Cell, k.Trials, k.N, exact(k.Mean), exact(k.SD), exact(k.Median), exact(k.Min), exact(k.Max),
				k.Diverged, k.Failed, k.NoValue, k.NotYet)
		}
	}
	return t
}
