// Command bench-ingest measures how fast points are committed through the
// fenced path, and how much room they take:
//
//	go run ./internal/devstack/stacktest/cmd go run ./cmd/bench-ingest
//
// runs it on a private local stack; DATABASE_URL names another server. Postgres
// must run with fsync and synchronous_commit on. The same points as one row
// each are measured beside it, in the same run. The last two lines are
// points_per_second and bytes_per_point, the medians of the repeats.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"sweep/internal/devstack"
)

type options struct {
	trials, writers, repeat int
	steps                   int64 // of each trial; each gives a point of each metric
	share                   int   // one row each is measured with a trial in so many
}

func main() {
	var o options
	flag.IntVar(&o.trials, "trials", 64, "trials written")
	flag.IntVar(&o.writers, "writers", 2, "writers, each with its share of the trials")
	flag.Int64Var(&o.steps, "steps", 40_000, "steps of each trial, with four points each")
	flag.IntVar(&o.repeat, "repeat", 3, "repeats; medians are printed")
	flag.IntVar(&o.share, "rows-share", 1, "one row each: only one trial in so many, to save time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench-ingest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	url, err := server()
	if err != nil {
		return err
	}
	var speeds, sizes []float64
	for i := range o.repeat {
		r, err := onFreshDatabase(ctx, url, func(url string) (result, error) { return chunks(ctx, url, o) })
		if err != nil {
			return err
		}
		fmt.Printf("run %d: chunks of at most 1000: %d points of %d trials by %d writers in %v: %.0f points/s, %.2f bytes each; all read back and compared in %v\n",
			i+1, r.points, o.trials, o.writers, r.took.Round(time.Millisecond), r.speed(), r.size, r.check.Round(time.Millisecond))
		speeds, sizes = append(speeds, r.speed()), append(sizes, r.size)
	}
	r, err := onFreshDatabase(ctx, url, func(url string) (result, error) { return rows(ctx, url, o) })
	if err != nil {
		return err
	}
	fmt.Printf("one row each: %d of the same points%s by INSERT … SELECT unnest in the same commits in %v: %.0f points/s, %.2f bytes each\n",
		r.points, thinned(o.share), r.took.Round(time.Millisecond), r.speed(), r.size)
	fmt.Printf("points_per_second %.0f\nbytes_per_point %.2f\n", median(speeds), median(sizes))
	return nil
}

// thinned says that only some of the trials were measured as rows.
func thinned(share int) string {
	if share == 1 {
		return ""
	}
	return fmt.Sprintf(" (one trial in %d)", share)
}

// server finds the Postgres server to measure.
func server() (string, error) {
	if url := os.Getenv("DATABASE_URL"); url != "" {
		return url, nil
	}
	home := os.Getenv("SWEEP_TEST_STACK")
	if home == "" {
		return "", errors.New("no server to measure: set DATABASE_URL, or run it under internal/devstack/stacktest/cmd")
	}
	_, c, err := devstack.Lookup(home)
	return c.DatabaseURL, err
}

type result struct {
	points int64
	took   time.Duration
	check  time.Duration
	size   float64 // bytes per point, index included
}

func (r result) speed() float64 { return float64(r.points) / r.took.Seconds() }

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
