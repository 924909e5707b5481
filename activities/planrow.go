package activities

import (
	"encoding/json"
	"fmt"
	"slices"

	"sweep/storage"
	"sweep/sweeps"
)

// planRow turns an expanded trial into its row.
func planRow(t sweeps.Trial) (storage.PlanRow, error) {
	config, err := json.Marshal(t.Config)
	if err != nil {
		return storage.PlanRow{}, fmt.Errorf("trial %d: %w", t.Index, err)
	}
	params, err := json.Marshal(t.Config.Params)
	if err != nil {
		return storage.PlanRow{}, fmt.Errorf("trial %d: %w", t.Index, err)
	}
	cell, err := json.Marshal(t.Cell.Params())
	if err != nil {
		return storage.PlanRow{}, fmt.Errorf("trial %d: %w", t.Index, err)
	}
	return storage.PlanRow{
		Index: t.Index, Experiment: t.Experiment, Hash: t.Config.Hash(), Config: config,
		Task: t.Config.Task, Seed: t.Config.Seed, Cell: t.Cell.String(), CellValues: cell,
		Params: params, Steps: t.Config.Steps(), Queue: TrainQueue,
	}, nil
}

// experimentsOf lists what readers must know of the experiments that are run.
func experimentsOf(sw storage.Sweep, spec *sweeps.Spec) []storage.Experiment {
	var out []storage.Experiment
	for i, e := range spec.Experiments {
		if len(sw.Only) > 0 && !slices.Contains(sw.Only, e.Name) {
			continue
		}
		out = append(out, storage.Experiment{
			Sweep: sw.Name, Name: e.Name, Task: e.Task, Position: i,
			Metric: e.Metric.Name, Goal: string(e.Metric.Goal), Axes: axisNames(e),
		})
	}
	return out
}

// axisNames lists what varies in an experiment, in file order.
func axisNames(e sweeps.Experiment) []string {
	var names []string
	for _, a := range e.Axes {
		names = append(names, a.Name)
	}
	for _, z := range e.Zips {
		for _, a := range z.Axes {
			names = append(names, a.Name)
		}
	}
	return names
}
