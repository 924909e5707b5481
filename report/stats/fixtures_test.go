package stats_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"sweep/report/stats"
)

// fixtures are reference numbers of scipy, statsmodels and rliable, written by
// testdata/make_fixtures.py.
type fixtures struct {
	Tools  string
	Paired []struct {
		Differences []float64
		SignFlip    float64 `json:"sign_flip"`
		Wilcoxon    float64
		Statistic   float64
	}
	NormalWilcoxon []struct {
		Differences []float64
		P           float64
	} `json:"normal_wilcoxon"`
	Samples []struct {
		Values            []float64
		Mean, Median, IQM float64
	}
	Two []struct {
		A, B        []float64
		Improvement float64
	}
	Adjust []struct{ P, Holm, BH []float64 }
	Wilson []struct {
		X, N      int
		Low, High float64
	}
	Seeds []struct {
		Effect, Alpha float64
		N             int
	}
	Friedman []struct {
		Rows                   [][]float64
		Statistic, P, Critical float64
		Ranks                  []float64
	}
	Bootstrap []struct {
		Strata    [][]float64
		Mean, IQM [2]float64
	}
}

func load(t *testing.T) fixtures {
	t.Helper()
	data, err := os.ReadFile("testdata/fixtures.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixtures
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Paired) < 10 || len(f.Samples) < 10 || len(f.Two) < 10 || len(f.Adjust) < 4 || len(f.Wilson) < 6 || len(f.Seeds) < 10 || len(f.Friedman) < 3 || len(f.Bootstrap) < 5 {
		t.Fatalf("the fixtures of %s are not whole", f.Tools)
	}
	return f
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s is %.12g, want %.12g", what, got, want)
	}
}

func TestPairedTestsEqualBruteForceAndScipy(t *testing.T) {
	f := load(t)
	for _, c := range f.Paired {
		flip, ok := stats.SignFlip(c.Differences)
		rank, ok2 := stats.Wilcoxon(c.Differences)
		if !ok || !ok2 || !flip.Exact || !rank.Exact || flip.N != len(c.Differences) || rank.N != len(c.Differences) {
			t.Fatalf("%v: %+v, %+v", c.Differences, flip, rank)
		}
		near(t, fmt.Sprint("sign-flip p of ", c.Differences), flip.P, c.SignFlip)
		near(t, fmt.Sprint("Wilcoxon's p of ", c.Differences), rank.P, c.Wilcoxon)
		near(t, fmt.Sprint("Wilcoxon's W of ", c.Differences), rank.Statistic, c.Statistic)
	}
	for _, c := range f.NormalWilcoxon {
		rank, ok := stats.Wilcoxon(c.Differences)
		if !ok || rank.Exact {
			t.Errorf("%d differences: %+v", len(c.Differences), rank)
		}
		near(t, fmt.Sprintf("Wilcoxon's p of %d differences", len(c.Differences)), rank.P, c.P)
	}
}

// Fisher (The Design of Experiments, 1935, §21) counted 863 of the 2¹⁵ ways to
// sign Darwin's maize differences at or above the observed sum, doubled.
func TestFishersCountOfDarwinsMaize(t *testing.T) {
	maize := []float64{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}
	got, _ := stats.SignFlip(maize)
	near(t, "p", got.P, 2*863/32768.0)
	near(t, "mean difference", got.Statistic, 314/15.0)
}

func TestSummariesEqualNumpyAndRliable(t *testing.T) {
	for _, c := range load(t).Samples {
		near(t, fmt.Sprint("mean of ", c.Values), stats.Mean(c.Values), c.Mean)
		near(t, fmt.Sprint("median of ", c.Values), stats.Median(c.Values), c.Median)
		near(t, fmt.Sprint("IQM of ", c.Values), stats.IQM(c.Values), c.IQM)
	}
}

func TestImprovementEqualsRliable(t *testing.T) {
	for _, c := range load(t).Two {
		near(t, fmt.Sprint(c.A, " over ", c.B), stats.Improvement(c.A, c.B), c.Improvement)
		near(t, "Cliff's delta", stats.CliffDelta(c.A, c.B), 2*c.Improvement-1)
	}
}

func TestCorrectionsEqualStatsmodels(t *testing.T) {
	for _, c := range load(t).Adjust {
		for i, h := range stats.Holm(c.P) {
			near(t, fmt.Sprintf("Holm of %v, number %d", c.P, i), h, c.Holm[i])
		}
		for i, b := range stats.BenjaminiHochberg(c.P) {
			near(t, fmt.Sprintf("Benjamini-Hochberg of %v, number %d", c.P, i), b, c.BH[i])
		}
	}
}

func TestWilsonEqualsStatsmodels(t *testing.T) {
	for _, c := range load(t).Wilson {
		got := stats.Wilson(c.X, c.N)
		near(t, fmt.Sprintf("low end of %d in %d", c.X, c.N), got.Low, c.Low)
		near(t, fmt.Sprintf("high end of %d in %d", c.X, c.N), got.High, c.High)
	}
	if got := stats.Wilson(0, 0); got.Low != 0 || got.High != 1 {
		t.Errorf("of nothing: %+v", got)
	}
}

// experiments.md §9: a collapse in 3 of 6 runs is 0.19 to 0.81, in 0 of 6 at
// most 0.39.
func TestWilsonOfTheCheckRun(t *testing.T) {
	half, none := stats.Wilson(3, 6), stats.Wilson(0, 6)
	for _, c := range []struct{ got, want float64 }{{half.Low, 0.19}, {half.High, 0.81}, {none.Low, 0}, {none.High, 0.39}} {
		if math.Abs(c.got-c.want) > 0.005 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestSeedsAreWithinOneOfTheNoncentralT(t *testing.T) {
	for _, c := range load(t).Seeds {
		got, ok := stats.SeedsFor(c.Effect, 1, c.Alpha)
		if least := 1 - int(math.Floor(math.Log2(c.Alpha))); c.N < least {
			c.N = least
		}
		if !ok || got < c.N-1 || got > c.N+1 {
			t.Errorf("effect %v at %v: %d, want %d", c.Effect, c.Alpha, got, c.N)
		}
	}
}

// Of Hollander and Wolfe's base runners R's friedman.test prints 11.143 and
// p = 0.003805.
func TestFriedmanAndNemenyiEqualScipy(t *testing.T) {
	for i, c := range load(t).Friedman {
		got, ok := stats.Rank(c.Rows)
		if !ok {
			t.Fatalf("case %d was not ranked", i)
		}
		near(t, fmt.Sprintf("statistic of case %d", i), got.Friedman.Statistic, c.Statistic)
		near(t, fmt.Sprintf("p of case %d", i), got.Friedman.P, c.P)
		for j := range c.Ranks {
			near(t, fmt.Sprintf("rank of arm %d in case %d", j, i), got.Ranks[j], c.Ranks[j])
		}
		if math.Abs(got.Critical-c.Critical) > 1e-6 { // scipy integrates to that
			t.Errorf("critical difference %v, want %v", got.Critical, c.Critical)
		}
	}
}

// The reference drew 400,000 resamples from another generator; ten thousand
// leave an error of about 2 % of the width.
func TestBootstrapComesNearManyMoreResamples(t *testing.T) {
	b := stats.NewBootstrap()
	for i, c := range load(t).Bootstrap {
		mean, iqm := b.Stratified(c.Strata)
		if len(c.Strata) == 1 {
			mean, iqm = b.Intervals(c.Strata[0])
		}
		for _, x := range []struct {
			what string
			got  *stats.Interval
			want [2]float64
		}{{"mean", mean, c.Mean}, {"IQM", iqm, c.IQM}} {
			room := 0.05 * (x.want[1] - x.want[0])
			if x.got == nil || math.Abs(x.got.Low-x.want[0]) > room || math.Abs(x.got.High-x.want[1]) > room || x.got.Level != 0.95 {
				t.Errorf("%s of case %d: %+v, want %v", x.what, i, x.got, x.want)
			}
		}
	}
}
