package kernels_test

import (
	"math"
	"testing"

	"sweep/training/kernels"
)

// draws is what the tests of the distribution share: a run of normals per outer
// step, as training draws them.
func draws(runs, length int, f func(run int, x []float32)) {
	r, out := kernels.NewReference[float32](), make([]float32, length)
	for run := range runs {
		r.Normals(out, kernels.NewKey(20170129), kernels.Counter{Stream: kernels.StreamZ, Outer: uint32(run)})
		f(run, out)
	}
}

// cdf is the normal distribution function.
func cdf(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// TestNormalsAreStandardNormal takes ten million draws: moments and products of
// neighbours within five standard errors, the distribution by Kolmogorov and
// Smirnov's statistic at 8192 places, and the tails by their counts.
func TestNormalsAreStandardNormal(t *testing.T) {
	const runs, length = 400, 25600
	const n = runs * length
	const places, reach = 8192, 8.0
	counts := make([]float64, places)
	var m [5]float64 // sums of powers
	lags := map[int]*float64{1: new(float64), 8: new(float64), 32: new(float64), 256: new(float64)}
	var across float64 // with the same element of the run before
	before := make([]float32, length)
	draws(runs, length, func(_ int, x []float32) {
		for i, v := range x {
			z := float64(v)
			z2 := z * z
			m[1], m[2], m[3], m[4] = m[1]+z, m[2]+z2, m[3]+z*z2, m[4]+z2*z2
			counts[int((z+reach)*(places/(2*reach)))]++
			across += z * float64(before[i])
		}
		for lag, sum := range lags {
			for i, v := range x[lag:] {
				*sum += float64(v) * float64(x[i])
			}
		}
		copy(before, x)
	})
	near := func(name string, got, want, deviation float64) {
		t.Helper()
		if math.Abs(got-want) > 5*deviation/math.Sqrt(n) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	near("mean", m[1]/n, 0, 1)
	near("variance", m[2]/n, 1, math.Sqrt2)
	near("third moment", m[3]/n, 0, math.Sqrt(15))
	near("fourth moment", m[4]/n, 3, math.Sqrt(96))
	near("product of runs", across/n, 0, 1)
	for _, lag := range []int{1, 8, 32, 256} {
		near("product of neighbours", *lags[lag]/n, 0, 1)
	}
	distribution(t, counts, reach, n)
	for _, z := range []float64{2, 3, 4, 4.75} {
		at := int((reach - z) * (places / (2 * reach)))
		var below, above float64
		for i := range at {
			below, above = below+counts[i], above+counts[places-1-i]
		}
		p := cdf(-z)
		near("lower tail", below/n, p, math.Sqrt(p))
		near("upper tail", above/n, p, math.Sqrt(p))
	}
}

// distribution compares with the normal one: √n·D exceeds 1.95 once in a
// thousand times.
func distribution(t *testing.T, counts []float64, reach float64, n float64) {
	t.Helper()
	var below, largest float64
	for i, c := range counts {
		below += c
		z := float64(i+1)*2*reach/float64(len(counts)) - reach
		largest = max(largest, math.Abs(below/n-cdf(z)))
	}
	if d := largest * math.Sqrt(n); d > 1.95 {
		t.Errorf("Kolmogorov and Smirnov's statistic is %v", d)
	} else {
		t.Logf("Kolmogorov and Smirnov's statistic is %.2f", d)
	}
}

// TestLanesAreIndependent: elements of one group of thirty-two, pair by pair,
// over sixty thousand groups.
func TestLanesAreIndependent(t *testing.T) {
	const group = 32
	const runs, length = 80, 25600
	const n = runs * length / group
	var products [group][group]float64
	draws(runs, length, func(_ int, x []float32) {
		for ; len(x) > 0; x = x[group:] {
			for i := range group {
				for j := range i {
					products[i][j] += float64(x[i]) * float64(x[j])
				}
			}
		}
	})
	for i := range group {
		for j := range i {
			if c := products[i][j] / n; math.Abs(c) > 5/math.Sqrt(n) {
				t.Errorf("draws %d and %d have a correlation of %v", i, j, c)
			}
		}
	}
}

func TestNormalsAreTheWordsOfBlocksInGroups(t *testing.T) {
	out := make([]float32, 100)
	key, c := kernels.NewKey(3), kernels.Counter{Stream: kernels.StreamZ, Outer: 2, Inner: 1}
	kernels.NewReference[float32]().Normals(out, key, c)
	for i, got := range out {
		group, word, block := i/32, i%32/8, i%8
		if want := kernels.Normal(c.Block(key, uint32(8*group+block))[word]); got != want {
			t.Errorf("element %d is %v, want %v", i, got, want)
		}
	}
}

func TestNormalsDependOnPositionAlone(t *testing.T) {
	r := kernels.NewReference[float64]()
	c := kernels.Counter{Stream: kernels.StreamZ, Outer: 5, Inner: 1}
	long := make([]float64, 103)
	r.Normals(long, kernels.NewKey(9), c)
	for n := range long {
		short := make([]float64, n)
		r.Normals(short, kernels.NewKey(9), c)
		for i := range short {
			if short[i] != long[i] {
				t.Fatalf("of %d draws, number %d differs", n, i)
			}
		}
	}
}
