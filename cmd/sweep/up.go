package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sweep/internal/devstack"
)

func newUpCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "up", Short: "start the local stack, or what died of it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.localStack(cmd.Context(), true)
			if err != nil {
				return err
			}
			return a.say(map[string]any{"temporal": c.TemporalAddress, "web_ui": c.UIURL, "s3": c.S3Endpoint},
				"the local stack is up; Temporal web UI: %s\n", c.UIURL)
		},
	}
}

func newDownCmd(a *app) *cobra.Command {
	var purge bool
	cmd := &cobra.Command{
		Use: "down", Short: "stop the local stack; its data stays", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := devstack.Down(cmd.Context(), a.home, purge); err != nil {
				return err
			}
			return a.say(map[string]any{"down": true, "purged": purge}, "the local stack is down\n")
		},
	}
	cmd.Flags().BoolVar(&purge, "purge", false, "delete its data too: every sweep, result and checkpoint")
	return cmd
}

// newSuperviseCmd is the process that keeps the local stack alive; `up` and
// `submit` start it.
func newSuperviseCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "supervise", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return devstack.Supervise(cmd.Context(), a.stackOptions()) },
	}
}

func newMigrateCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "bring the database and the bucket to this program's schema", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServices(cmd.Context(), func(context.Context, *services) error {
				_, err := fmt.Fprintln(a.out, "the database is up to date")
				return err
			})
		},
	}
}
