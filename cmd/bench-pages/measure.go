package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sweep/storage/metrics"
)

// read is one thing that somebody waits for; i is the turn, which picks the
// arguments. It tells how many rows came back.
type read struct {
	name string
	call func(ctx context.Context, i int) (rows int, err error)
}

// measure makes every read in turns and prints what it took. The first turn,
// which may have to fetch pages from the disk, is shown apart.
func measure(ctx context.Context, s *metrics.Store, o options, out io.Writer) error {
	fmt.Fprintf(out, "| %-52s | %8s | %9s | %8s | %8s | %5s |\n", "read", "rows", "first ms", "p50 ms", "p95 ms", "times")
	fmt.Fprintf(out, "|%s|--:|--:|--:|--:|--:|\n", strings.Repeat("-", 54))
	for _, r := range reads(s, o.spec) {
		if !strings.Contains(r.name, o.only) {
			continue
		}
		var took []time.Duration
		var rows int
		for began := time.Now(); len(took) <= o.repeat && (len(took) < 4 || time.Since(began) < o.budget); {
			start := time.Now()
			n, err := r.call(ctx, len(took))
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			took, rows = append(took, time.Since(start)), n
		}
		first := took[0]
		took = took[1:]
		slices.Sort(took)
		fmt.Fprintf(out, "| %-52s | %8d | %9s | %8s | %8s | %5d |\n", r.name, rows, ms(first), ms(at(took, 0.5)), ms(at(took, 0.95)), len(took))
	}
	return nil
}

// at is the value that a share of the sorted values does not exceed.
func at(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
