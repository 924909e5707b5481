package kernels_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"math"
	"os"
	"testing"

	"sweep/training/kernels"
)

var update = flag.Bool("update", false, "write the table of normals anew")

// quantile is minus the inverse of the normal distribution function at
// u ≤ ½, from erfc by Halley's method.
func quantile(u float64) float64 {
	z := math.Sqrt2 * math.Erfinv(1-2*u)
	for range 4 {
		e := (math.Erfc(z/math.Sqrt2)/2 - u) * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
		z += e / (1 - z*e/2)
	}
	return z
}

// chebyshev interpolates f on [−½, ½] at the n zeros of a Chebyshev polynomial
// and gives the coefficients of powers (Newton's divided differences, multiplied out).
func chebyshev(n int, f func(t float64) float64) []float64 {
	x, d := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i] = math.Cos(math.Pi*(2*float64(i)+1)/(2*float64(n))) / 2
		d[i] = f(x[i])
	}
	for j := 1; j < n; j++ {
		for i := n - 1; i >= j; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-j])
		}
	}
	c := make([]float64, n)
	for i := n - 1; i >= 0; i-- { // c ← c·(t−x) + d
		for j := n - 1; j > 0; j-- {
			c[j] = c[j-1] - x[i]*c[j]
		}
		c[0] = d[i] - x[i]*c[0]
	}
	return c
}

func exactTable() (table [32][7]float64) {
	for o := range table {
		scale := math.Ldexp(1, o-1-32)
		copy(table[o][:], chebyshev(7, func(t float64) float64 { return quantile((1.5 + t) * scale) }))
	}
	return table
}

func TestTheTableIsTheInterpolants(t *testing.T) {
	want, got := exactTable(), kernels.NormalTable()
	if *update {
		writeTable(t, want)
		return
	}
	for o := range want {
		for i, w := range want[o] {
			if math.Abs(float64(got[o][i])-w) > 0x1p-23*math.Abs(w) {
				t.Errorf("octave %d, coefficient %d is %v, want %v", o, i, got[o][i], w)
			}
		}
	}
}

func writeTable(t *testing.T, table [32][7]float64) {
	var b bytes.Buffer
	fmt.Fprint(&b, "package kernels\n\n// normalTable holds Normal's polynomials: the interpolants of the quantile at the\n",
		"// zeros of Chebyshev's polynomial, rounded (go test -run TheTable -update).\nvar normalTable = [32][7]float32{\n")
	for _, row := range table {
		fmt.Fprint(&b, "{")
		for _, c := range row {
			fmt.Fprintf(&b, "%v, ", float32(c))
		}
		fmt.Fprint(&b, "},\n")
	}
	source, err := format.Source(append(b.Bytes(), "}\n"...))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("normaltable.go", source, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNormalIsTheQuantile takes every word at both ends, the edges of all
// octaves and a grid between.
func TestNormalIsTheQuantile(t *testing.T) {
	worst := 0.0
	check := func(p uint32) {
		z := float64(kernels.Normal(p))
		worst = max(worst, math.Abs(z-quantile((float64(p)+0.5)/(1<<32))))
		if minus := float64(kernels.Normal(p | 1<<31)); minus != -z {
			t.Fatalf("p = %d gives %v and %v", p, z, minus)
		}
	}
	for p := range uint32(3000) {
		check(p)
		check(1<<31 - 1 - p)
	}
	for o := range 31 {
		for d := range uint32(200) {
			check((1<<o + d) & (1<<31 - 1))
			check((1<<o - 1 - d) & (1<<31 - 1))
		}
	}
	for p := uint32(0); p < 1<<31-9973; p += 9973 {
		check(p)
	}
	t.Logf("the largest error is %.2g", worst)
	if worst > 1e-6 {
		t.Errorf("the largest error is %v", worst)
	}
	if top := kernels.Normal(0); top < 6.2 {
		t.Errorf("the largest magnitude is %v", top)
	}
}
