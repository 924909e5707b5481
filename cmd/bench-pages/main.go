// Command bench-pages measures what the live page, compare and the report wait
// for on a large sweep:
//
//	go run ./internal/devstack/stacktest/cmd go run ./cmd/bench-pages
//
// fills a database of its own on a private local stack (DATABASE_URL names
// another server) with 10,000 trials × 10 metrics × 1,000 steps, 100 million
// points, through the store's own path (about 4 minutes and 1 GB on two cores),
// then makes each read again and again with changing arguments and prints its
// median and 95th percentile. The database is dropped at the end. -trials 100 is
// a hundredth. -keep leaves the database and prints its name; -database NAME
// measures one that was kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"sweep/storage/metrics"
	"sweep/storage/storagetest/synthetic"
)

type options struct {
	spec     synthetic.Spec
	repeat   int
	budget   time.Duration
	keep     bool
	database string
	only     string
}

func main() {
	var o options
	flag.IntVar(&o.spec.Trials, "trials", 10_000, "trials of the sweep")
	flag.IntVar(&o.spec.Metrics, "metrics", 10, "metrics of each trial")
	flag.Int64Var(&o.spec.Steps, "steps", 1000, "steps of each trial, with a point of each metric")
	flag.IntVar(&o.spec.Writers, "writers", 2, "trials written at the same time")
	flag.IntVar(&o.repeat, "repeat", 100, "times that each read is made")
	flag.DurationVar(&o.budget, "budget", 10*time.Second, "time after which a read is not repeated any more")
	flag.BoolVar(&o.keep, "keep", false, "leave the database")
	flag.StringVar(&o.database, "database", "", "measure this kept database instead of filling one")
	flag.StringVar(&o.only, "only", "", "make only the reads whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench-pages:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	server, err := server()
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, server, o.database)
	if err != nil {
		return err
	}
	if o.keep || o.database != "" {
		fmt.Fprintln(out, "database", d.name)
	} else {
		defer func() { err = errors.Join(err, d.drop(context.WithoutCancel(ctx))) }()
	}
	if err := metrics.Migrate(ctx, d.url); err != nil {
		return err
	}
	s, err := metrics.Open(ctx, d.url)
	if err != nil {
		return err
	}
	defer s.Close()
	if o.database == "" {
		if err := fill(ctx, d, s, o, out); err != nil {
			return err
		}
	}
	return measure(ctx, s, o, out)
}

// fill writes the sweep and settles the tables, as a database that has stood
// for a while has been by autovacuum.
func fill(ctx context.Context, d database, s *metrics.Store, o options, out io.Writer) error {
	began := time.Now()
	err := synthetic.Fill(ctx, s, o.spec, func(done int) {
		if done%1000 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d trials after %v\n", done, o.spec.Trials, time.Since(began).Round(time.Second))
		}
	})
	if err != nil {
		return err
	}
	took := time.Since(began)
	points, size, err := d.settle(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "filled: %d trials, %d points in %v (%.0f points/s); the database has %.2f GB\n",
		o.spec.Trials, points, took.Round(time.Millisecond), float64(points)/took.Seconds(), float64(size)/1e9)
	return nil
}
