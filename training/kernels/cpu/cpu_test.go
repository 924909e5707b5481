package cpu_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/kernels/kerneltest"
)

func TestTheSuitePasses(t *testing.T) { kerneltest.Run(t, cpu.New()) }

func TestAllButProductsAreTheReferencesBits(t *testing.T) { kerneltest.RunExactly(t, cpu.New()) }

// chain is one step of a sum: fused where the backend fuses.
func chain(name string) func(x, y, sum float32) float32 {
	if strings.HasPrefix(name, "cpu-avx2-") {
		return fma32
	}
	return func(x, y, sum float32) float32 { return sum + float32(x*y) }
}

// fma32 is x·y+z, rounded once. The product is exact in float64; the sum is
// rounded to odd there, which makes the second rounding right (Boldo and
// Melquiond 2008).
func fma32(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	part := s - p
	rest := (p - (s - part)) + (c - part)
	if bits := math.Float64bits(s); rest != 0 && bits&1 == 0 {
		if (rest > 0) == (s > 0) {
			s = math.Float64frombits(bits + 1)
		} else {
			s = math.Float64frombits(bits - 1)
		}
	}
	return float32(s)
}

func TestASumIsOneChainInTheOrderOfTheDepth(t *testing.T) {
	be := cpu.New()
	add := chain(be.Name())
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 30).Draw(t, "m")
		n := rapid.OneOf(rapid.IntRange(1, 70), rapid.IntRange(250, 300)).Draw(t, "n")
		k := rapid.OneOf(rapid.IntRange(1, 20), rapid.IntRange(250, 530), rapid.IntRange(1000, 1100)).Draw(t, "k")
		ta, tb := rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb")
		a, b, out := random(m, k), random(k, n), kernels.NewMatrix[float32](m, n)
		if ta {
			a.Rows, a.Cols = k, m
		}
		if tb {
			b.Rows, b.Cols = n, k
		}
		be.MatMul(out, a, b, ta, tb)
		i, j := rapid.IntRange(0, m-1).Draw(t, "i"), rapid.IntRange(0, n-1).Draw(t, "j")
		var want float32
		for p := range k {
			want = add(element(a, i, p, ta), element(b, p, j, tb), want)
		}
		if got := out.Data[i*n+j]; got != want {
			t.Fatalf("element (%d, %d) is %v, want %v", i, j, got, want)
		}
	})
}

func element(x kernels.Matrix[float32], i, j int, turned bool) float32 {
	if turned {
		i, j = j, i
	}
	return x.Data[i*x.Cols+j]
}

func random(rows, cols int) kernels.Matrix[float32] {
	m := kernels.NewMatrix[float32](rows, cols)
	kernels.NewReference[float32]().Normals(m.Data, kernels.NewKey(int64(rows)), kernels.Counter{})
	return m
}
