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

func TestNormal2IsBoxMuller(t *testing.T) {
	for i := range uint32(100000) {
		w := kernels.Counter{Stream: kernels.StreamZ}.Block(kernels.NewKey(3), i)
		x, y := kernels.Normal2(w[0], w[1])
		r := math.Sqrt(-2 * math.Log((float64(w[0])+0.5)/(1<<32)))
		sin, cos := math.Sincos(2 * math.Pi * float64(w[1]) / (1 << 32))
		if math.Abs(x-r*cos) > 1e-14 || math.Abs(y-r*sin) > 1e-14 {
			t.Fatalf("block %d: got %v %v, want %v %v", i, x, y, r*cos, r*sin)
		}
	}
}

func TestNormalsAreStandardNormal(t *testing.T) {
	const n = 1 << 20
	out := make([]float32, n)
	kernels.NewReference[float32]().Normals(out, kernels.NewKey(20170129), kernels.Counter{Stream: kernels.StreamZ})
	var m1, m2, m3, m4, lag float64
	var tail int
	for i, x := range out {
		v := float64(x)
		m1, m2, m3, m4 = m1+v, m2+v*v, m3+v*v*v, m4+v*v*v*v
		if math.Abs(v) > 3 {
			tail++
		}
		if i > 0 {
			lag += v * float64(out[i-1])
		}
	}
	// Five standard errors of each moment.
	for _, c := range []struct {
		name            string
		got, want, sdOf float64
	}{
		{"mean", m1 / n, 0, 1}, {"variance", m2 / n, 1, math.Sqrt2}, {"third moment", m3 / n, 0, math.Sqrt(15)},
		{"fourth moment", m4 / n, 3, math.Sqrt(96)}, {"lag-1 product", lag / n, 0, 1},
		{"share beyond 3", float64(tail) / n, 0.0026998, math.Sqrt(0.0027)},
	} {
		if math.Abs(c.got-c.want) > 5*c.sdOf/math.Sqrt(n) {
			t.Errorf("%s is %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestNormalsDependOnPositionAlone(t *testing.T) {
	r := kernels.NewReference[float64]()
	c := kernels.Counter{Stream: kernels.StreamZ, Outer: 5, Inner: 1}
	long := make([]float64, 103)
	r.Normals(long, kernels.NewKey(9), c)
	for _, n := range []int{1, 2, 3, 4, 5, 102} {
		short := make([]float64, n)
		r.Normals(short, kernels.NewKey(9), c)
		for i := range short {
			if short[i] != long[i] {
				t.Fatalf("of %d draws, number %d differs", n, i)
			}
		}
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
