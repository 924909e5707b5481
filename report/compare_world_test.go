package report_test

import (
	"context"
	"fmt"
	"math"

	"sweep/storage"
)

// FinalsAt takes values from the world's series.
func (w *world) FinalsAt(ctx context.Context, sweep, experiment, metric string, step int64) ([]storage.Final, error) {
	return w.chosen(ctx, sweep, experiment, metric, func(s storage.Series) int {
		at := -1
		for i, x := range s.Steps {
			if x <= step {
				at = i
			}
		}
		return at
	})
}

// FinalsBest does, too.
func (w *world) FinalsBest(ctx context.Context, sweep, experiment, metric string, largest bool) ([]storage.Final, error) {
	return w.chosen(ctx, sweep, experiment, metric, func(s storage.Series) int {
		at := -1
		for i, v := range s.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if at < 0 || largest && v > s.Values[at] || !largest && v < s.Values[at] {
				at = i
			}
		}
		return at
	})
}

func (w *world) chosen(ctx context.Context, sweep, experiment, metric string, pick func(storage.Series) int) ([]storage.Final, error) {
	out, err := w.Finals(ctx, sweep, experiment, metric)
	for i := range out {
		f := &out[i]
		f.Value, f.ValueStep = nil, -1
		s, _ := w.Series(ctx, f.ID, metric, 0, math.MaxInt64, 0)
		if at := pick(s); at >= 0 {
			f.Value, f.ValueStep = &s.Values[at], s.Steps[at]
		}
	}
	return out, err
}

// tenSeeds is a sweep whose answers differ in kind: k=5 beats k=1 at z_dim=256,
// hardly at 16; k=10 diverges now and then. The file plans k=5 against k=1.
func tenSeeds() *world {
	w := newWorld("k", "z_dim")
	w.progress.Text = []byte(`version: 1
name: quick
experiments:
  - name: ring
    task: gaussians
    matrix: {k: [1, 5, 10], z_dim: [16, 256]}
    contrasts: [{axis: k, value: 5, against: 1}]
`)
	scores := map[string][]float64{
		"1 16":   {8, 8, 7, 8, 8, 8, 6, 8, 8, 8},
		"1 256":  {1, 7, 8, 1, 5, 1, 1, 2, 1, 3},
		"5 16":   {8, 8, 8, 8, 8, 8, 7, 8, 7, 8},
		"5 256":  {7, 8, 8, 6, 7, 8, 7, 6, 8, 8},
		"10 16":  {8, 8, 8, 8, 8, 8, 8, 8, 8, 8},
		"10 256": {8, -1, 8, 8, 7, -1, 8, 8, 8, 8},
	}
	for _, z := range []int{16, 256} {
		for _, k := range []int{1, 5, 10} {
			for i, v := range scores[fmt.Sprint(k, " ", z)] {
				state := storage.Finished
				if v < 0 {
					state, v = storage.Diverged, math.NaN()
				}
				w.add(int64(i+1), state, v, "k", k, "z_dim", z)
			}
		}
	}
	return w
}
