package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// result is what a case took.
type result struct {
	spec
	differ map[string]float64   // the largest difference of a loss from ours
	micros map[string][]float64 // processor µs per iteration, round by round
	allocs float64              // ours, per iteration
}

// tolerance is how far a peer's losses may be from ours.
const tolerance = 1e-4

var errDiffers = errors.New("a peer's losses differ from ours: it was not measured there")

// seeds is how many trials a peer may be compared on. Adam's steps at first are
// signs, so that once in many trials a rounding grows past the tolerance; another
// model differs in all of them.
const seeds = 3

// measure opens a case everywhere, compares the losses, and takes turns. A peer
// that fails is none from then on; one whose losses differ has no turns.
func measure(ctx context.Context, all []*contestant, s spec, p pace, dir string) (*result, error) {
	r := &result{spec: s, differ: map[string]float64{}, micros: map[string][]float64{}}
	turns := map[*contestant]int{}
	for seed := int64(1); seed <= seeds && (seed == 1 || r.anyRefused()); seed++ {
		d, err := newData(s, seed, dir)
		if err != nil {
			return nil, err
		}
		if err := r.compare(all, d, p, turns); err != nil {
			return nil, err
		}
	}
	if err := r.rounds(ctx, all, turns, p); err != nil {
		return nil, err
	}
	o := all[0].trainer.(*ours)
	r.allocs = float64(o.allocs) / float64(o.steps)
	return r, nil
}

// compare gives turns to those that have none yet and whose losses are ours.
func (r *result) compare(all []*contestant, d *data, p pace, turns map[*contestant]int) error {
	var truth []losses
	for i, c := range all {
		if _, done := turns[c]; !c.trains(r.spec) || done && i > 0 {
			continue
		}
		got, n, err := prepare(c, r.spec, d, p)
		switch {
		case err != nil && i == 0:
			return err
		case err != nil:
			c.none = err.Error()
			continue
		case i == 0:
			truth = got
		}
		if r.differ[c.name] = largest(truth, got); !r.refuses(c.name) {
			turns[c] = n
		}
	}
	return nil
}

func (r *result) anyRefused() bool {
	for name := range r.differ {
		if r.refuses(name) {
			return true
		}
	}
	return false
}

func (r *result) refuses(name string) bool {
	differ, compared := r.differ[name]
	return compared && !(differ <= tolerance)
}

// prepare gives the losses of the check and the iterations of a turn, after
// enough of them to have compiled and warmed up.
func prepare(c *contestant, s spec, d *data, p pace) ([]losses, int, error) {
	if err := c.open(s, d); err != nil {
		return nil, 0, err
	}
	got, err := c.check()
	if err != nil {
		return nil, 0, err
	}
	if _, err := c.run(3); err != nil {
		return nil, 0, err
	}
	took, err := c.run(10)
	if err != nil {
		return nil, 0, err
	}
	return got, max(3, int(p.turn/max(took, time.Microsecond))), nil
}

func (r *result) rounds(ctx context.Context, all []*contestant, turns map[*contestant]int, p pace) error {
	for range p.rounds {
		for _, c := range all {
			n, in := turns[c]
			if !in {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			took, err := c.run(n)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			r.micros[c.name] = append(r.micros[c.name], float64(took)/float64(time.Microsecond))
		}
	}
	return nil
}

// largest is the largest difference; NaN or too few losses make it NaN.
func largest(a, b []losses) (most float64) {
	if len(a) != checked || len(b) != checked {
		return math.NaN()
	}
	for i := range a {
		for j := range a[i] {
			diff := math.Abs(a[i][j] - b[i][j])
			if !(diff <= most) {
				most = diff
			}
			if diff != diff {
				return diff
			}
		}
	}
	return most
}

// ratio is the median over the rounds of ours divided by theirs.
func (r *result) ratio(name string) (float64, bool) {
	mine, theirs := r.micros[oursName], r.micros[name]
	if len(theirs) == 0 {
		return 0, false
	}
	var all []float64
	for i := range theirs {
		all = append(all, mine[i]/theirs[i])
	}
	return median(all), true
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func (r *result) String() string {
	line := r.spec.String() + ":"
	for name, v := range r.micros {
		line += fmt.Sprintf(" %s %.0f µs;", name, median(v))
	}
	return line
}
