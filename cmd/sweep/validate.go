package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sweep/sweeps"
)

func newValidateCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "validate FILE", Short: "check a sweep's file and say what it would run",
		Example: "  sweep validate sweeps/paper.yaml",
		Args:    exactly(1, "the sweep's file, e.g. sweep validate sweeps/quick.yaml"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.validate(args[0]) },
	}
}

// checked is what validate says of one experiment.
type checked struct {
	Experiment string `json:"experiment"`
	Task       string `json:"task"`
	Trials     int    `json:"trials"`
	Problem    string `json:"problem,omitempty"` // why this version cannot run it
}

func (a *app) validate(file string) error {
	_, spec, err := readSweep(file)
	if err != nil {
		return err
	}
	present, missing := split(spec)
	total := 0
	if len(present) > 0 {
		if total, err = spec.Count(present...); err != nil {
			return exitError{exitInvalid, err}
		}
	}
	list := []checked{}
	t := newTable("", "experiment", "task", ">trials", "")
	for _, e := range spec.Experiments {
		c := checked{Experiment: e.Name, Task: e.Task}
		shown := "–"
		if e.Missing {
			c.Problem = "task " + e.Task + " does not exist in this version" + remedy(present)
		} else {
			if c.Trials, err = spec.Count(e.Name); err != nil {
				return exitError{exitInvalid, err}
			}
			shown = fmt.Sprint(c.Trials)
		}
		list = append(list, c)
		t.add(c.Experiment, c.Task, shown, c.Problem)
	}
	if err := a.print(map[string]any{"sweep": spec.Name, "experiments": list, "trials": total}, t); err != nil {
		return err
	}
	if a.output == "table" {
		fmt.Fprintf(a.out, "\n%s is valid: %s%s\n", spec.Name, count(total, "trial"), without(missing))
	}
	return nil
}

// split names the experiments that this version can run, and those it cannot.
func split(spec *sweeps.Spec) (present, missing []string) {
	for _, e := range spec.Experiments {
		if e.Missing {
			missing = append(missing, e.Name)
		} else {
			present = append(present, e.Name)
		}
	}
	return present, missing
}

func remedy(present []string) string {
	if len(present) == 0 {
		return ""
	}
	return fmt.Sprintf(": submit --only %s runs the rest", strings.Join(present, ","))
}

func without(missing []string) string {
	if len(missing) == 0 {
		return ""
	}
	return " without " + strings.Join(missing, ", ")
}
