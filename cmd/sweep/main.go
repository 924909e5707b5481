// Command sweep is the one binary: it submits sweeps, trains them, and answers
// what came out. This package is the only place that joins the machinery; a
// file holds one subcommand, and wire.go chooses every concrete type.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes.
const (
	exitDone    = 0
	exitService = 1 // a service failed
	exitInvalid = 2 // invalid input
	exitTrials  = 3 // some trials failed; diverged is not failed
)

// exitError is an error that chooses the exit code.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// invalid marks a user's mistake: one line with place and remedy, exit 2.
func invalid(format string, args ...any) error {
	return exitError{exitInvalid, fmt.Errorf(format, args...)}
}

// app is what every subcommand shares.
type app struct {
	in       io.Reader
	out, err io.Writer
	output   string // table or json
	noColor  bool
	local    bool // force the local stack
	remote   bool // never start the local stack
	home     string
	data     string // folder of data sets, "" for the usual place
}

// run is main without the process around it.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, out: out, err: errOut}
	root := newRootCmd(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	code := exitService
	if e := (exitError{}); errors.As(err, &e) {
		code = e.code
	} else if strings.HasPrefix(err.Error(), "unknown command") { // cobra's own word, which has no type
		code = exitInvalid
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(errOut, msg)
	}
	return code
}

func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "sweep",
		Short: "run a paper's question as a sweep: every cell, every seed, nothing lost",
		Long: `sweep runs experiments on unrolled GANs from one YAML file: every cell, every seed.

With nothing configured it uses a private local stack on this machine, which it
starts by itself. Set TEMPORAL_ADDRESS, DATABASE_URL, S3_ENDPOINT, S3_ACCESS_KEY
and S3_SECRET_KEY to use services of your own.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd) },
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.output, "output", "o", "table", "how data is printed: table, json or csv; some commands have more")
	f.BoolVar(&a.noColor, "no-color", false, "print without colours")
	f.BoolVar(&a.local, "local", false, "use the local stack whatever the environment says")
	f.BoolVar(&a.remote, "remote", false, "use the services that the environment names, never the local stack")
	f.StringVar(&a.home, "home", "", "data directory of the local stack (default $SWEEP_HOME, else the user's data directory)")
	f.StringVar(&a.data, "data", "", "folder of data sets (default $SWEEP_DATA, else sweep-data in the user's data directory)")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitError{exitInvalid, err} })
	root.AddCommand(commands(a)...)
	return root
}

// commands lists the subcommands in the order of a sweep's life.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newValidateCmd(a), newPlanCmd(a), newSubmitCmd(a), newLsCmd(a), newShowCmd(a), newStatusCmd(a),
		newWatchCmd(a), newLogsCmd(a), newPauseCmd(a), newResumeCmd(a), newCancelCmd(a), newRetryCmd(a),
		newCompareCmd(a), newReportCmd(a), newWebCmd(a), newSQLCmd(a), newExportCmd(a), newDataCmd(a), newUpCmd(a), newDownCmd(a), newWorkerCmd(a),
		newTrainCmd(a), newDescribeCmd(a), newDoctorCmd(a), newMigrateCmd(a), newSuperviseCmd(a), newVersionCmd(a),
	}
}

// outputs is the annotation by which a command lists what it can print, the
// default first; without it that is table, json and csv.
const outputs = "outputs"

func (a *app) check(cmd *cobra.Command) error {
	can := strings.Fields(cmp.Or(cmd.Annotations[outputs], "table json csv"))
	if !cmd.Flags().Changed("output") {
		a.output = can[0]
	}
	if !slices.Contains(can, a.output) {
		return invalid("--output %q: expected %s or %s", a.output, strings.Join(can[:len(can)-1], ", "), can[len(can)-1])
	}
	if a.local && a.remote {
		return invalid("--local and --remote exclude each other")
	}
	return nil
}
