package scores_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/scores"
)

// The sizes of the sets in testdata/reference.py.
const (
	n, d, classes, k, subsets, size = 300, 16, 10, 5, 4, 100
)

type matrix = kernels.Matrix[float32]

// numbers are the fixture's: 0 to 4095.
type numbers uint32

func (s *numbers) next() int {
	*s = *s*1664525 + 1013904223
	return int(*s >> 20)
}

func features(seed numbers, shift, distinct int) matrix {
	f := kernels.NewMatrix[float32](n, d)
	for i := range n {
		var u [d + 1]int
		for j := range u {
			u[j] = seed.next()
		}
		for j := range d {
			f.Data[i*d+j] = float32(max(0, u[j]+u[j+1]-2048+shift*j)) / 1024
		}
	}
	for i := distinct; i < n; i++ {
		copy(f.Data[i*d:(i+1)*d], f.Data[i%distinct*d:])
	}
	return f
}

func logits(seed numbers, distinct int) matrix {
	l := kernels.NewMatrix[float32](n, classes)
	for i := range l.Data {
		l.Data[i] = float32(seed.next()) / 512
	}
	for i := distinct; i < n; i++ {
		copy(l.Data[i*classes:(i+1)*classes], l.Data[i%distinct*classes:])
	}
	return l
}

func subset(first int) []int32 {
	out := make([]int32, size)
	for i := range out {
		out[i] = int32((first + 7*i) % n)
	}
	return out
}

// all takes every score of generated features against real ones.
func all(be kernels.Backend[float32], real, fake, l matrix) map[string]float64 {
	kernel, near := scores.NewKernel(be), scores.NewNeighbours(be)
	var kids []float64
	for s := range subsets {
		own, other := subset(37*s), subset(11*s)
		kids = append(kids, scores.KernelDistance(kernel.Within(fake, own), kernel.Within(real, other), kernel.Between(fake, own, real, other), size))
	}
	kid, sd := scores.MeanSD(kids)
	points := scores.NewPoints(real)
	prdc := near.NewPRDC(points, near.Radii(points, k), scores.NewPoints(fake), k)
	return map[string]float64{
		"frechet": scores.Frechet(scores.NewMoments(real), scores.NewMoments(fake)), "kid": kid, "kid_sd": sd,
		"precision": prdc.Precision, "recall": prdc.Recall, "density": prdc.Density, "coverage": prdc.Coverage,
		"classifier_score": scores.ClassifierScore(scores.Probabilities(l), classes),
	}
}

func backends() map[string]kernels.Backend[float32] {
	return map[string]kernels.Backend[float32]{"reference": kernels.NewReference[float32](), "this machine's": cpu.New()}
}

func TestScoresAreThoseOfPublishedImplementations(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Cases map[string]map[string]float64 }
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	scale := map[string]float64{} // of the terms that a score is made of
	for score := range want.Cases["shifted"] {
		scale[score] = 1
	}
	scale["kid"], scale["kid_sd"] = 100, 100 // a difference of means of 200 and more
	real := features(1, 0, n)
	fakes := map[string][2]matrix{
		"the same distribution":     {features(2, 0, n), logits(1, n)},
		"shifted":                   {features(3, 40, n), logits(2, n)},
		"collapsed to seven points": {features(4, 0, 7), logits(3, 7)},
		"the real ones themselves":  {real, logits(4, n)},
	}
	for name, be := range backends() {
		for c, fake := range fakes {
			got := all(be, real, fake[0], fake[1])
			if len(want.Cases[c]) != len(got) {
				t.Fatalf("%s: %d scores, the fixture has %d", c, len(got), len(want.Cases[c]))
			}
			for score, w := range want.Cases[c] {
				if !(math.Abs(got[score]-w) <= 1e-6*max(scale[score], math.Abs(w))) {
					t.Errorf("%s backend, %s: %s is %v, want %v", name, c, score, got[score], w)
				}
			}
		}
	}
}

// noise is standard normal features without any structure in their bits.
func noise(rows, cols int, outer uint32, scale, offset float32) matrix {
	f := kernels.NewMatrix[float32](rows, cols)
	kernels.NewReference[float32]().Normals(f.Data, kernels.NewKey(1), kernels.Counter{Outer: outer})
	for i := range f.Data {
		f.Data[i] = f.Data[i]*scale + offset
	}
	return f
}

// naive is every squared distance in float64, without products.
func naive(a, b matrix, i, j int) (sum float64) {
	for l := range a.Cols {
		off := float64(a.Data[i*a.Cols+l]) - float64(b.Data[j*a.Cols+l])
		sum += float64(off * off)
	}
	return sum
}

func TestNearestAreThoseOfFloat64(t *testing.T) {
	for name, be := range backends() {
		near := scores.NewNeighbours(be)
		for _, offset := range []float32{0, 3, 300} { // far from the origin products lose everything
			a, b := noise(300, 7, 1, 1, offset), noise(1100, 7, 2, 1, offset)
			checkNearest(t, name, near.Nearest(scores.NewPoints(a), scores.NewPoints(b), 3, false), a, b, false)
			p := scores.NewPoints(b)
			checkNearest(t, name, near.Nearest(p, p, 3, true), b, b, true)
		}
	}
}

func checkNearest(t *testing.T, name string, got []float64, a, b matrix, self bool) {
	t.Helper()
	for i := range a.Rows {
		var all []float64
		for j := range b.Rows {
			if !self || i != j {
				all = append(all, naive(a, b, i, j))
			}
		}
		slices.Sort(all)
		if !slices.Equal(got[3*i:3*i+3], all[:3]) {
			t.Fatalf("%s: row %d has neighbours at %v, want %v", name, i, got[3*i:3*i+3], all[:3])
		}
	}
}

func TestAPointWithFewNeighboursReachesEverywhere(t *testing.T) {
	p := scores.NewPoints(noise(3, 4, 1, 1, 0))
	near := scores.NewNeighbours(kernels.NewReference[float32]()).Nearest(p, p, 3, true)
	for i := range 3 {
		if math.IsInf(near[3*i+1], 0) || !math.IsInf(near[3*i+2], 1) {
			t.Errorf("row %d: %v", i, near[3*i:3*i+3])
		}
	}
}

// The root of a product of covariances is checked with a library's
// eigenvalues, at the size that LeNet's features have.
func TestFrechetIsTheLibrarys(t *testing.T) {
	const wide = 84
	a, b := scores.NewMoments(noise(200, wide, 3, 2, 1)), scores.NewMoments(noise(60, wide, 4, 1, 0)) // b's covariance has no full rank
	var product mat.Dense
	product.Mul(mat.NewDense(wide, wide, a.Cov), mat.NewDense(wide, wide, b.Cov))
	var eigen mat.Eigen
	if !eigen.Factorize(&product, mat.EigenNone) {
		t.Fatal("no eigenvalues")
	}
	want := mat.Trace(mat.NewDense(wide, wide, a.Cov)) + mat.Trace(mat.NewDense(wide, wide, b.Cov))
	for i := range wide {
		want += math.Pow(a.Mean[i]-b.Mean[i], 2)
		want -= 2 * math.Sqrt(max(0, real(eigen.Values(nil)[i])))
	}
	if got := scores.Frechet(a, b); math.Abs(got-want) > 1e-6*want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := scores.Frechet(a, a); math.Abs(got) > 1e-9 {
		t.Errorf("a distribution is %v from itself", got)
	}
	if x, y := scores.Frechet(a, b), scores.Frechet(b, a); math.Abs(x-y) > 1e-6*want {
		t.Errorf("%v one way, %v the other", x, y)
	}
}

func TestOneBadImageHarmsOnlyItsOwnCounts(t *testing.T) {
	real, fake := features(1, 0, n), features(2, 0, n)
	sound := all(cpu.New(), real, fake, logits(1, n))
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.MaxFloat32} {
		spoiled := matrix{Rows: n, Cols: d, Data: slices.Clone(fake.Data)}
		spoiled.Data[5*d+3] = float32(bad)
		got := all(cpu.New(), real, spoiled, logits(1, n))
		for _, score := range []string{"precision", "coverage", "density"} {
			if math.Abs(got[score]-sound[score]) > 0.05 {
				t.Errorf("%v: %s is %v, without it %v", bad, score, got[score], sound[score])
			}
		}
		if f := got["frechet"]; f < 1e6 { // or NaN
			t.Errorf("%v: the Fréchet distance is %v", bad, f)
		}
	}
}

func TestClassesAreCounted(t *testing.T) {
	for name, c := range map[string]struct {
		counts  []int
		covered int
		kl      float64
	}{
		"equal":            {[]int{25, 25, 25, 25}, 4, 0},
		"one":              {[]int{0, 100, 0, 0}, 1, math.Log(4)},
		"just a share":     {[]int{5, 32, 32, 31}, 4, 0.05*math.Log(0.2) + 2*0.32*math.Log(1.28) + 0.31*math.Log(1.24)},
		"just not a share": {[]int{4, 32, 32, 32}, 3, 0.04*math.Log(0.16) + 3*0.32*math.Log(1.28)},
	} {
		if got := scores.Covered(c.counts, 0.2); got != c.covered {
			t.Errorf("%s: %d covered, want %d", name, got, c.covered)
		}
		if got := scores.Imbalance(c.counts); math.Abs(got-c.kl) > 1e-12 {
			t.Errorf("%s: divergence %v, want %v", name, got, c.kl)
		}
	}
	p := []float64{0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0, 0, 1}
	if got := scores.Counts(p, 3); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("counts %v", got)
	}
}

func TestClassifierScoreGoesFromOneToTheNumberOfClasses(t *testing.T) {
	sure, unsure := make([]float64, 0, 30), make([]float64, 0, 30)
	for i := range 9 {
		row := []float64{0, 0, 0}
		row[i%3] = 1
		sure, unsure = append(sure, row...), append(unsure, 0.5, 0.25, 0.25)
	}
	if got := scores.ClassifierScore(sure, 3); math.Abs(got-3) > 1e-12 {
		t.Errorf("sure of three classes: %v", got)
	}
	if got := scores.ClassifierScore(unsure, 3); math.Abs(got-1) > 1e-12 {
		t.Errorf("always the same answer: %v", got)
	}
}

// A run of ten thousand images must not take a step's time many times over.
func BenchmarkTenThousand(b *testing.B) {
	be := cpu.New()
	x, y := noise(10000, 84, 1, 1, 0.5), noise(10000, 84, 2, 1, 0.5)
	near, kernel := scores.NewNeighbours(be), scores.NewKernel(be)
	real := scores.NewPoints(x)
	radii := near.Radii(real, k)
	subset := make([]int32, 1000)
	for i := range subset {
		subset[i] = int32(i * 10)
	}
	b.Run("prdc", func(b *testing.B) {
		for b.Loop() {
			near.NewPRDC(real, radii, scores.NewPoints(y), k)
		}
	})
	b.Run("frechet", func(b *testing.B) {
		for b.Loop() {
			scores.Frechet(scores.NewMoments(x), scores.NewMoments(y))
		}
	})
	b.Run("kid-subset", func(b *testing.B) {
		for b.Loop() {
			kernel.Within(y, subset)
			kernel.Between(y, subset, x, subset)
		}
	})
}
