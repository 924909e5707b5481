package report_test

import (
	"math"
	"testing"

	"sweep/report"
)

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

func TestDensityOfOnePointIsTheKernel(t *testing.T) {
	const size, limit = 180, 4.0
	d := report.Density([]report.Point{{X: 1, Y: -2}}, limit, size)
	area := math.Pow(2*limit/size, 2)
	if got := sum(d) * area; math.Abs(got-1) > 1e-3 {
		t.Errorf("the density adds up to %v, want 1", got)
	}
	// Against the Gaussian itself, 1/(2πh²)·exp(−r²/2h²), at every pixel's
	// centre. Binning on pixels of 0.44 h widens the kernel a little.
	peak := 1 / (2 * math.Pi * report.Bandwidth * report.Bandwidth)
	for y := range size {
		for x := range size {
			px, py := (float64(x)+0.5)*2*limit/size-limit, limit-(float64(y)+0.5)*2*limit/size
			r2 := (px-1)*(px-1) + (py+2)*(py+2)
			want := peak * math.Exp(-r2/(2*report.Bandwidth*report.Bandwidth))
			if got := d[y*size+x]; math.Abs(got-want) > 0.06*peak {
				t.Fatalf("density %v at (%.2f, %.2f), want %v", got, px, py, want)
			}
		}
	}
}

func TestDensityCountsWhatItDoesNotShow(t *testing.T) {
	nan := float32(math.NaN())
	d := report.Density([]report.Point{{X: 0, Y: 0}, {X: 50, Y: 0}, {X: nan, Y: 1}, {X: float32(math.Inf(1)), Y: 1}}, 4, 180)
	if got := sum(d) * math.Pow(8.0/180, 2); math.Abs(got-0.25) > 1e-3 {
		t.Errorf("one point of four is shown, its density adds up to %v", got)
	}
}

func TestDensityReachesInFromOutside(t *testing.T) {
	d := report.Density([]report.Point{{X: 4.05, Y: 0}}, 4, 180)
	got := sum(d) * math.Pow(8.0/180, 2)
	if want := 0.3085; math.Abs(got-want) > 0.02 { // Φ(−0.5): half a bandwidth outside
		t.Errorf("%v of the kernel reaches in, want %v", got, want)
	}
}

func TestDensityOfNothingIsZero(t *testing.T) {
	if got := sum(report.Density(nil, 4, 60)); got != 0 {
		t.Errorf("got %v", got)
	}
}
