package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sweep/storage"
)

func newLsCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "ls", Short: "list the sweeps", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error {
				all, err := s.metrics.Sweeps(ctx)
				if err != nil {
					return fmt.Errorf("list the sweeps: %w", err)
				}
				if len(all) == 0 && a.output == "table" {
					_, err := fmt.Fprintln(a.out, "no sweeps yet: sweep submit sweeps/quick.yaml")
					return err
				}
				return a.print(sweepList(all), sweepTable("", all))
			})
		},
	}
}

func sweepList(all []storage.SweepProgress) []sweepView {
	list := []sweepView{}
	for _, p := range all {
		list = append(list, newSweepView(p))
	}
	return list
}

func sweepTable(title string, all []storage.SweepProgress) *table {
	t := newTable(title, "sweep", "state", ">trials", ">finished", ">diverged", ">failed", ">running", ">waiting", ">steps", "submitted")
	for _, p := range all {
		c, done, total := sums(p)
		t.add(p.Name, shownState(p.Sweep), c.Total(), c.Finished, c.Diverged, c.Failed, c.Running, c.Pending+c.Dispatched, percent(done, total), moment(p.Submitted))
	}
	return t
}
