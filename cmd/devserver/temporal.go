package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

type temporalFlags struct {
	address, ui   string
	port, uiPort  int
	postgres      postgres
	namespace     string
	retention     time.Duration
	historyShards int
	logLevel      string
	stopWithin    time.Duration
}

func parseTemporal(args []string) (temporalFlags, error) {
	var f temporalFlags
	fs := flag.NewFlagSet("temporal", flag.ContinueOnError)
	fs.StringVar(&f.address, "address", "127.0.0.1:7233", "host:port of the gRPC frontend")
	fs.StringVar(&f.ui, "ui-address", "127.0.0.1:8233", "host:port of the Web UI")
	fs.StringVar(&f.postgres.address, "postgres", "127.0.0.1:5432", "host:port of Postgres")
	fs.StringVar(&f.postgres.user, "postgres-user", "sweep", "Postgres role; it must be allowed to create databases")
	fs.StringVar(&f.namespace, "namespace", "sweep", "namespace that is created when it does not exist")
	fs.DurationVar(&f.retention, "retention", 30*24*time.Hour, "how long closed workflows of that namespace are kept")
	fs.IntVar(&f.historyShards, "history-shards", 4, "fixed when the state is first created")
	fs.StringVar(&f.logLevel, "log-level", "error", "debug, info, warn or error")
	fs.DurationVar(&f.stopWithin, "stop-within", 8*time.Second, "time for a graceful stop before the process leaves anyway")
	if err := fs.Parse(args); err != nil {
		return f, err
	}
	f.postgres.password = os.Getenv("POSTGRES_PASSWORD")
	if f.postgres.password == "" {
		return f, errors.New("temporal needs POSTGRES_PASSWORD in the environment")
	}
	var err error
	if f.port, err = loopbackAddress("address", f.address); err != nil {
		return f, err
	}
	f.uiPort, err = loopbackAddress("ui-address", f.ui)
	return f, err
}

// runTemporal serves until ctx ends. The Web UI is started last, when the
// namespace exists and every history shard answers, so that its health is the
// health of the whole.
func runTemporal(ctx context.Context, args []string) error {
	f, err := parseTemporal(args)
	if err != nil {
		return err
	}
	began := time.Now()
	schemas, sctx := errgroup.WithContext(ctx)
	for _, db := range databases {
		schemas.Go(func() error { return ensureSchema(sctx, f.postgres, db) })
	}
	if err := schemas.Wait(); err != nil {
		return err
	}
	progress(began, "schema is current")
	server, err := newServer(f)
	if err != nil {
		return fmt.Errorf("configuring the Temporal server: %w", err)
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("starting the Temporal server: %w", err)
	}
	progress(began, "server started")
	defer stopWithin(f.stopWithin, server.Stop)
	if err := ensureNamespace(ctx, f.address, f.namespace, f.retention); err != nil {
		return fmt.Errorf("namespace %s: %w", f.namespace, err)
	}
	progress(began, "namespace "+f.namespace+" answers")
	return serveUI(ctx, f)
}

func progress(began time.Time, what string) {
	fmt.Printf("%s %5dms %s\n", time.Now().Format(time.RFC3339), time.Since(began).Milliseconds(), what)
}

// stopWithin bounds a graceful stop: a server that lost its database can wait
// for it for minutes, and everything it knows is already committed.
func stopWithin(limit time.Duration, stop func() error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, "devserver: stopping Temporal:", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(limit):
	}
}
