package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"sweep/sweeps"
)

func newPlanCmd(a *app) *cobra.Command {
	var only []string
	var trials bool
	cmd := &cobra.Command{
		Use: "plan FILE", Short: "show the cells and trials that a file means; nothing is run",
		Example: "  sweep plan sweeps/paper.yaml --only ring\n  sweep plan sweeps/quick.yaml --trials",
		Args:    exactly(1, "the sweep's file, e.g. sweep plan sweeps/quick.yaml"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.plan(args[0], only, trials) },
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "plan only these experiments")
	cmd.Flags().BoolVar(&trials, "trials", false, "list every trial with its hash")
	return cmd
}

// plannedCell is one row of the plan.
type plannedCell struct {
	Experiment string  `json:"experiment"`
	Task       string  `json:"task"`
	Cell       string  `json:"cell"`
	Trials     int     `json:"trials"`
	Seeds      []int64 `json:"seeds"`
	Steps      int64   `json:"steps"` // outer iterations of one trial
}

// plannedTrial is one trial of the plan.
type plannedTrial struct {
	Index      int    `json:"index"`
	Experiment string `json:"experiment"`
	Cell       string `json:"cell"`
	Seed       int64  `json:"seed"`
	TrialID    string `json:"trial_id"`
}

func (a *app) plan(file string, only []string, trials bool) error {
	_, spec, err := readSweep(file)
	if err != nil {
		return err
	}
	total, err := spec.Count(only...)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	digests, err := a.digests(spec, only)
	if err != nil {
		return err
	}
	cells, list, distinct, err := expand(spec, digests, only, trials)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	data := map[string]any{"sweep": spec.Name, "trials": total, "distinct": distinct, "cells": cells}
	shown := newTable("", "experiment", "cell", ">seeds", ">steps each")
	for _, c := range cells {
		shown.add(c.Experiment, c.Cell, c.Trials, c.Steps)
	}
	if trials {
		data["plan"] = list
		shown = newTable("", ">index", "experiment", "cell", ">seed", "trial")
		for _, t := range list {
			shown.add(t.Index, t.Experiment, t.Cell, t.Seed, a.id(t.TrialID))
		}
	}
	if err := a.print(data, shown); err != nil || a.output != "table" {
		return err
	}
	shared := ""
	if distinct < total {
		shared = fmt.Sprintf(", %d to be trained: cells that are one computation share it", distinct)
	}
	_, err = fmt.Fprintf(a.out, "\n%s: %s%s\n", spec.Name, count(total, "trial"), shared)
	return err
}

// id shortens a trial hash for tables; CSV keeps it whole.
func (a *app) id(hash string) string {
	if a.output == "csv" || len(hash) < 12 {
		return hash
	}
	return hash[:12]
}

// expand groups the trials by cell, in file order, and lists them if asked.
func expand(spec *sweeps.Spec, digests sweeps.Digests, only []string, trials bool) (cells []plannedCell, list []plannedTrial, distinct int, err error) {
	at := map[[2]string]int{}
	seen := map[string]bool{}
	for t, err := range spec.ExpandWith(digests, only...) {
		if err != nil {
			return nil, nil, 0, err
		}
		key := [2]string{t.Experiment, t.Cell.String()}
		i, ok := at[key]
		if !ok {
			i = len(cells)
			at[key] = i
			cells = append(cells, plannedCell{Experiment: t.Experiment, Task: t.Config.Task, Cell: key[1], Steps: t.Config.Steps()})
		}
		cells[i].Trials++
		cells[i].Seeds = append(cells[i].Seeds, t.Config.Seed)
		hash := t.Config.Hash()
		seen[hash] = true
		if trials {
			list = append(list, plannedTrial{t.Index, t.Experiment, key[1], t.Config.Seed, hash})
		}
	}
	return cells, list, len(seen), nil
}
