package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

const (
	// Resamples is the number of bootstrap resamples (experiments.md §7.4).
	Resamples = 10_000
	// Level is the nominal coverage of every interval.
	Level = 0.95

	bootstrapSeed = 20170129
	maxTable      = 64 // largest sample whose resamples are kept
	leastInterval = 3  // smallest sample that says anything of its spread
)

// Bootstrap makes percentile bootstrap intervals of the mean and of the IQM, as
// rliable does: each stratum is resampled by itself, with replacement, the
// statistic is taken over all of them together, and the interval goes from the
// 2.5th to the 97.5th percentile of 10,000 resamples (numpy's linear
// interpolation).
//
// The resamples are the same for all samples of one shape, so that a thousand
// cells cost one set of draws. A Bootstrap is not safe for use by several
// goroutines at once.
type Bootstrap struct {
	tables  map[int]*table
	scratch []float64
	tails   tails
}

// NewBootstrap returns a Bootstrap that has drawn nothing yet.
func NewBootstrap() *Bootstrap {
	return &Bootstrap{tables: map[int]*table{}, scratch: make([]float64, Resamples)}
}

// table holds the resamples of n values in one stratum: at [j*Resamples+r] how
// often the j-th smallest value is among those that the statistic averages in
// resample r.
type table struct{ mean, iqm []float64 }

// Intervals are those of one sample's mean and IQM. Either is nil where there
// are fewer than three values or an end is infinite.
func (b *Bootstrap) Intervals(values []float64) (mean, iqm *Interval) {
	n := len(values)
	switch {
	case n < leastInterval:
		return nil, nil
	case n > maxTable || slices.ContainsFunc(values, infinite):
		return b.Stratified([][]float64{values})
	}
	t := b.tables[n]
	if t == nil {
		t = newTable(n)
		b.tables[n] = t
	}
	sorted := slices.Sorted(slices.Values(values))
	return b.counted(t.mean, sorted, n), b.counted(t.iqm, sorted, n-2*trimmed(n))
}

// counted takes the sum of every resample from its counts; kept values make it
// up.
func (b *Bootstrap) counted(counts, sorted []float64, kept int) *Interval {
	clear(b.scratch)
	for j, v := range sorted {
		floats.AddScaled(b.scratch, v, counts[j*Resamples:(j+1)*Resamples])
	}
	return b.tails.interval(b.scratch, kept)
}

func newTable(n int) *table {
	t := &table{mean: make([]float64, n*Resamples), iqm: make([]float64, n*Resamples)}
	d := newDraws([]int{n})
	cut := trimmed(n)
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for r := range Resamples {
		counts := d.next([][]int{all})
		passed := 0
		for j, c := range counts {
			t.mean[j*Resamples+r] = float64(c)
			t.iqm[j*Resamples+r] = float64(max(0, within(passed, c, cut, n-cut)))
			passed += c
		}
	}
	return t
}

// within counts those of the c sorted places from first on that lie between
// from and to, the end excluded.
func within(first, c, from, to int) int { return min(first+c, to) - max(first, from) }

// Stratified are the intervals of the mean and the IQM over several strata
// together, each resampled by itself.
func (b *Bootstrap) Stratified(strata [][]float64) (mean, iqm *Interval) {
	sorted, places := merge(strata)
	n := len(sorted)
	if n < leastInterval {
		return nil, nil
	}
	sizes := make([]int, len(places))
	for i, p := range places {
		sizes[i] = len(p)
	}
	d := newDraws(sizes)
	cut := trimmed(n)
	means, iqms := make([]float64, Resamples), make([]float64, Resamples)
	for r := range Resamples {
		passed, sum, inner := 0, 0.0, 0.0
		for j, c := range d.next(places) {
			if c == 0 {
				continue
			}
			sum += sorted[j] * float64(c)
			if kept := within(passed, c, cut, n-cut); kept > 0 {
				inner += sorted[j] * float64(kept)
			}
			passed += c
		}
		means[r], iqms[r] = sum, inner
	}
	return b.tails.interval(means, n), b.tails.interval(iqms, n-2*cut)
}

// merge sorts the values of all strata together and tells at which places those
// of each stratum stand.
func merge(strata [][]float64) (sorted []float64, places [][]int) {
	type item struct {
		value   float64
		stratum int
	}
	var all []item
	for i, s := range strata {
		for _, v := range s {
			all = append(all, item{v, i})
		}
	}
	slices.SortStableFunc(all, func(a, b item) int { return cmp.Compare(a.value, b.value) })
	places = make([][]int, len(strata))
	for i, x := range all {
		sorted = append(sorted, x.value)
		places[x.stratum] = append(places[x.stratum], i)
	}
	return sorted, places
}

// draws makes resamples of strata of given sizes, the same ones each time.
type draws struct {
	rng    *rand.PCG
	counts []int
}

func newDraws(sizes []int) *draws {
	n := 0
	for _, s := range sizes {
		n += s
	}
	return &draws{rng: rand.NewPCG(bootstrapSeed, uint64(n)), counts: make([]int, n)}
}

// next counts how often each place is drawn in the next resample; the slice is
// used again. An index is a 32-bit draw scaled to the stratum's size: no index
// is off its fair share by more than size/2³².
func (d *draws) next(places [][]int) []int {
	clear(d.counts)
	for _, p := range places {
		n := uint64(len(p))
		for i := 0; i < len(p); i += 2 {
			u := d.rng.Uint64()
			d.counts[p[(u>>32)*n>>32]]++
			if i+1 < len(p) {
				d.counts[p[(u&math.MaxUint32)*n>>32]]++
			}
		}
	}
	return d.counts
}

func infinite(v float64) bool { return math.IsInf(v, 0) }
