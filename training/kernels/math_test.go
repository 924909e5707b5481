package kernels_test

import (
	"math"
	"testing"

	"sweep/training/kernels"
)

func within(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > relative*math.Abs(want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestExpAndLogAgreeWithTheStandardLibrary(t *testing.T) {
	for x := -700.0; x < 700; x += 0.3717 {
		within(t, "Exp", kernels.Exp(x), math.Exp(x), 1e-15)
	}
	for x := 1e-300; x < 1e300; x *= 1.7317 {
		within(t, "Log", kernels.Log(x), math.Log(x), 1e-15)
	}
	for x := 0.5; x < 2; x += 0.00137 {
		within(t, "Log", kernels.Log(x), math.Log(x), 1e-15)
	}
}

func TestExpAndLogHaveTheUsualEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct{ got, want float64 }{
		{kernels.Exp(0), 1}, {kernels.Exp(800), inf}, {kernels.Exp(-800), 0}, {kernels.Exp(inf), inf},
		{kernels.Exp(-inf), 0}, {kernels.Log(1), 0}, {kernels.Log(0), -inf}, {kernels.Log(inf), inf},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if !math.IsNaN(kernels.Exp(math.NaN())) || !math.IsNaN(kernels.Log(-1)) || !math.IsNaN(kernels.Log(math.NaN())) {
		t.Error("NaN was lost")
	}
}

func TestUniformAndIndexKeepTheirRanges(t *testing.T) {
	if got := kernels.Uniform(math.MaxUint32, math.MaxUint32); got >= 1 {
		t.Errorf("Uniform reaches %v", got)
	}
	if got := kernels.Uniform(0, 0); got != 0 {
		t.Errorf("Uniform begins at %v", got)
	}
	var counts [5]int
	for i := range uint32(50000) {
		counts[kernels.Index(kernels.Counter{}.Block(kernels.NewKey(1), i)[0], 5)]++
	}
	for i, n := range counts {
		if n < 9500 || n > 10500 {
			t.Errorf("index %d came %d times of 50000", i, n)
		}
	}
}
