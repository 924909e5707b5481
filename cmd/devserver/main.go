// Command devserver is the server half of the local stack: one binary with a
// Temporal server and its Web UI (`devserver temporal`) and an S3 server
// (`devserver s3`), each run as a process of its own by `sweep`.
//
// It promises: every listener on a loopback address; state that survives
// kill -9 of the process (Temporal's in Postgres, objects as files); a clean
// exit on SIGTERM; secrets taken from the environment only.
//
// It is a nested Go module and never imports the root module, so that the
// product's own dependencies stay small.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: devserver temporal|s3|version [flags]
  temporal   Temporal server with its Web UI, state in Postgres
             (password from POSTGRES_PASSWORD)
  s3         S3 server over a directory
             (credentials from S3_ACCESS_KEY and S3_SECRET_KEY)
  version    versions of what is embedded, as JSON`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "devserver:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	switch args[0] {
	case "temporal":
		return runTemporal(ctx, args[1:])
	case "s3":
		return runS3(ctx, args[1:])
	case "version":
		return printVersions(os.Stdout)
	}
	return fmt.Errorf("unknown command %q\n%s", args[0], usage)
}
