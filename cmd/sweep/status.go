package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"sweep/internal/devstack"
	"sweep/storage"
)

func newStatusCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status [SWEEP]", Short: "show the services and the sweeps, or one sweep by experiment",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return invalid("expected at most one sweep's name")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.sweepStatus(ctx, s, args[0]) })
			}
			return a.status(cmd.Context())
		},
	}
}

func (a *app) sweepStatus(ctx context.Context, s *services, name string) error {
	p, err := s.metrics.SweepProgress(ctx, name)
	if err != nil {
		return s.unknownSweep(ctx, name, err)
	}
	told, err := s.notify(ctx, p.Sweep)
	if err != nil {
		return fmt.Errorf("read the notifications of %s: %w", name, err)
	}
	view := struct {
		sweepView
		Notify *notifyView `json:"notify,omitempty"`
	}{newSweepView(p), told}
	if err := a.print(view, experimentTable(p)); err != nil || a.output != "table" {
		return err
	}
	_, err = fmt.Fprintf(a.out, "\n%s is %s: %s, %s rolled back, %s\n%s%s%s", p.Name, shownState(p.Sweep), count(int(p.Attempts), "attempt"),
		count(int(p.RolledBack), "point"), count(p.Slots, "live slot"), budgetLine(p.Sweep), told.lines(), linkLine(s.uiLink(name)))
	return err
}

func linkLine(link string) string {
	if link == "" {
		return ""
	}
	return "live page: `sweep web`; its trials in the Temporal web UI: " + link + "\n"
}

// status starts nothing: a stack that is down is an answer.
func (a *app) status(ctx context.Context) error {
	conn, err := a.connection(ctx, false)
	var stack *devstack.Report
	if a.usesLocalStack() {
		r, statusErr := devstack.Status(a.home)
		if statusErr != nil {
			return statusErr
		}
		stack = &r
		if !r.Up {
			return a.printStatus(stack, devstack.Connection{}, nil)
		}
	}
	if err != nil {
		return err
	}
	s, err := openServices(ctx, conn)
	if err != nil {
		return err
	}
	defer s.close()
	all, err := s.metrics.Sweeps(ctx)
	if err != nil {
		return fmt.Errorf("list the sweeps: %w", err)
	}
	return a.printStatus(stack, conn, all)
}

// usesLocalStack tells whether nothing else is configured, or it is forced.
func (a *app) usesLocalStack() bool {
	set := func(name string) bool { return os.Getenv(name) != "" }
	return a.local || !a.remote && !slices.ContainsFunc(configured, set)
}

// printStatus shows the local stack, or the addresses of the services in use,
// and the sweeps.
func (a *app) printStatus(stack *devstack.Report, conn devstack.Connection, all []storage.SweepProgress) error {
	data := map[string]any{"sweeps": sweepList(all)}
	var tables []*table
	if stack != nil {
		data["stack"] = stack
		tables = append(tables, stackTable(*stack))
	} else {
		data["services"] = map[string]string{"temporal": conn.TemporalAddress, "s3": conn.S3Endpoint}
		t := newTable("services", "service", "address")
		t.add("temporal", conn.TemporalAddress)
		t.add("s3", conn.S3Endpoint)
		tables = append(tables, t)
	}
	if len(all) > 0 {
		tables = append(tables, sweepTable("sweeps", all))
	}
	if err := a.print(data, tables...); err != nil || a.output != "table" || stack == nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "\n%s", stackFooter(*stack))
	return err
}

func stackTable(r devstack.Report) *table {
	t := newTable("local stack", "service", "state", ">pid", "address", "version", ">memory", ">restarts")
	for _, s := range append([]devstack.ServiceReport{r.Supervisor}, r.Services...) {
		state := string(s.Phase)
		switch {
		case !s.Alive:
			state = "down"
		case state == "":
			state = "running"
		}
		name := s.Name
		if name == "" {
			name = "supervisor"
		}
		pid, memory := "–", "–"
		if s.Alive {
			pid, memory = fmt.Sprint(s.PID), megabytes(s.PSSBytes)
		}
		t.add(name, state, pid, s.Address, s.Version, memory, s.Restarts)
	}
	return t
}

func stackFooter(r devstack.Report) string {
	if !r.Up {
		return fmt.Sprintf("the local stack is down; `sweep up` starts it (data in %s, %s)\n", r.Home, megabytes(r.DiskBytes))
	}
	return fmt.Sprintf("live page: `sweep web`; Temporal web UI: %s\ndata in %s: %s on disk; %s of memory in all\n", r.State.UI, r.Home, megabytes(r.DiskBytes), megabytes(r.PSSBytes))
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }
