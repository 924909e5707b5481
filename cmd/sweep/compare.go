package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"sweep/report"
	"sweep/sweeps"
)

func newCompareCmd(a *app) *cobra.Command {
	var o report.Options
	var at, pairedBy string
	cmd := &cobra.Command{
		Use: "compare SWEEP", Short: "answer the sweep's question: statistics per cell, paired differences over seeds",
		Long: `compare answers the sweep's question: a sentence for every contrast that its file plans,
a table of the cells and a table of all contrasts.

A contrast holds two cells that differ in one axis against each other, seed by seed: the
mean difference with a 95 % bootstrap interval, the p of an exact sign-flip test, corrected
by Holm's method over the planned contrasts (by Benjamini's and Hochberg's over the others,
which are exploration), and a verdict. Diverged trials are never dropped. What each number
means, and when not to trust it: docs/statistics.md.

-o csv has a row for each cell and each contrast with every digit; md and latex are tables
for a text; json is everything.`,
		Example: `  sweep compare quick
  sweep compare paper --experiment ring --metric high_quality
  sweep compare paper --by k --at "epoch 20"
  sweep compare paper -o latex > paper-tables.tex`,
		Args:        exactly(1, "a sweep's name; `sweep ls` lists them"),
		Annotations: map[string]string{outputs: "table json csv md latex"},
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.At, err = report.ParseAt(at); err != nil {
				return invalid("--at: %v", err)
			}
			if pairedBy != "seed" {
				return invalid("--paired-by %q: trials are paired by seed, which every arm shares", pairedBy)
			}
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.compare(ctx, s, args[0], o) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Experiment, "experiment", "", "compare this experiment only")
	f.StringVar(&o.Metric, "metric", "", "compare by this metric instead of the experiment's own")
	f.StringVar(&o.By, "by", "", "compare the values of this axis, pooled over all other axes")
	f.StringVar(&at, "at", "last", "which value of each trial: last, best, a step (5000), or an epoch (\"epoch 20\")")
	f.StringVar(&pairedBy, "paired-by", "seed", "what pairs trials: seed")
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
	return a.printComparison(c)
}

func (a *app) printComparison(c report.Comparison) error {
	switch a.output {
	case "json":
		return a.json(c)
	case "csv":
		return c.CSV(a.out)
	case "md":
		return c.Markdown(a.out)
	case "latex":
		return c.LaTeX(a.out)
	}
	return writeComparison(a.out, c, a.width(), a.colour())
}

// writeComparison reads like an answer: sentences, then the tables behind them.
func writeComparison(out io.Writer, c report.Comparison, width int, colour bool) error {
	var b strings.Builder
	for _, e := range c.Experiments {
		for _, s := range e.Say() {
			b.WriteString(wrapped(oneLine(s), width) + "\n")
		}
		for _, g := range []report.Grid{e.CellGrid(false), e.ContrastGrid(false)} {
			if len(g.Rows) == 0 {
				continue
			}
			b.WriteString("\n")
			if err := tableOf(g).write(&b, width, colour); err != nil {
				return err
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(wrapped(c.Note, width) + "\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// tableOf is a report's table as the terminal shows it.
func tableOf(g report.Grid) *table {
	t := newTable(g.Title, g.Head...)
	for i, head := range g.Head {
		t.right[head] = g.Right[i]
	}
	for _, row := range g.Rows {
		cells := make([]any, len(row))
		for i, s := range row {
			cells[i] = s
		}
		t.add(cells...)
	}
	return t
}

// wrapped breaks a paragraph between words so that it fits the terminal; what
// follows the first line is indented. Without a width it stays one line.
func wrapped(s string, width int) string {
	if width <= 0 {
		return s
	}
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
		case used+1+n > width:
			b.WriteString("\n  ")
			used = 2
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
