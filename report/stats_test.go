package report_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sweep/report"
)

func TestSummaryOfNothingAndOfOne(t *testing.T) {
	if s := report.Summarize(nil); s.N != 0 || s.Mean != nil || s.SD != nil || s.Median != nil || s.Min != nil || s.Max != nil || s.IQM != nil || s.MeanInterval != nil {
		t.Errorf("of nothing: %+v", s)
	}
	if s := report.Summarize([]float64{2}); *s.Mean != 2 || s.SD != nil || *s.Median != 2 {
		t.Errorf("of one: %+v", s)
	}
}

func TestSummaryHoldsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 2, 40).Draw(t, "values")
		before := slices.Clone(values)
		s := report.Summarize(values)
		if !slices.Equal(values, before) {
			t.Fatal("summarizing moved the values")
		}
		const slack = 1e-3
		if *s.Min > *s.Median || *s.Median > *s.Max || *s.Mean < *s.Min-slack || *s.Mean > *s.Max+slack || *s.SD < 0 {
			t.Fatalf("%v: min %v median %v max %v mean %v sd %v", values, *s.Min, *s.Median, *s.Max, *s.Mean, *s.SD)
		}
		shifted := slices.Clone(values)
		for i := range shifted {
			shifted[i] += 1000
		}
		if d := *report.Summarize(shifted).Mean - *s.Mean; math.Abs(d-1000) > slack {
			t.Fatalf("shifting by 1000 moves the mean by %v", d)
		}
	})
}

func TestNumbersForPeople(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 7: "7", 1234: "1234", 1.3333: "1.33", 0.98891: "0.989", 123.46: "123", -0.5: "-0.5",
		1e-8: "1e-8", 3e-12: "3e-12", 2e9: "2e+09", 999999: "999999"} {
		if got := report.Number(v); got != want {
			t.Errorf("Number(%v) is %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 1.5: "+1.5", -2: "-2", math.Inf(1): "+Inf"} {
		if got := report.Signed(v); got != want {
			t.Errorf("Signed(%v) is %q, want %q", v, got, want)
		}
	}
}
