package kerneltest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sweep/training/kernels"
)

type (
	backend = kernels.Backend[float32]
	matrix  = kernels.Matrix[float32]
)

// call is one call of one operation: inputs, what the outputs hold before, and
// how far an output element may be from the reference's.
type call struct {
	name    string
	in, out [][]float32
	do      func(be backend, in, out [][]float32)
	bound   func(out, i int, want float64) float64
}

// Run tests a backend.
func Run(t *testing.T, be backend) {
	t.Run("name", func(t *testing.T) {
		if n := be.Name(); !strings.HasSuffix(n, "-fp32") {
			t.Errorf("the name %q does not end in the precision", n)
		}
	})
	for group, calls := range map[string][]call{
		"products": products(), "elementwise": elementwise(), "rows": rows(), "losses": losses(), "adam": adams(), "normals": normals(),
	} {
		t.Run(group, func(t *testing.T) {
			for _, c := range calls {
				check(t, be, c)
			}
		})
	}
	t.Run("gradients", func(t *testing.T) { gradients(t, be) })
	t.Run("parts", func(t *testing.T) { parts(t, be) })
	t.Run("allocations", func(t *testing.T) { allocations(t, be) })
}

// RunExactly tests that all operations but the products give the reference's
// bits, NaNs aside.
func RunExactly(t *testing.T, be backend) {
	for group, calls := range map[string][]call{
		"elementwise": elementwise(), "rows": rows(), "losses": losses(), "adam": adams(), "normals": normals(),
	} {
		t.Run(group, func(t *testing.T) {
			for _, c := range calls {
				c.bound = exactly
				check(t, be, c)
			}
		})
	}
}

// alignments are the places of a buffer, in elements, relative to 64 bytes.
const alignments = 16

// check runs a call at every alignment. Its first result is compared with the
// reference's, the others with the first, bit for bit.
func check(t *testing.T, be backend, c call) {
	t.Helper()
	want := clone(c.out)
	c.do(kernels.NewReference[float32](), clone(c.in), want)
	var first [][]float32
	for shift := range alignments {
		got, err := guarded(be, c, shift)
		if err != nil {
			t.Errorf("%s, shifted by %d: %v", c.name, shift, err)
			return
		}
		if first == nil {
			first = got
		}
		if err := sameBytes(got, first); err != nil {
			t.Errorf("%s: shifted by %d: %v", c.name, shift, err)
			return
		}
	}
	if err := within(first, want, c.bound); err != nil {
		t.Errorf("%s: %v", c.name, err)
	}
}

func clone(x [][]float32) [][]float32 {
	out := make([][]float32, len(x))
	for i := range x {
		out[i] = append(make([]float32, 0, len(x[i])), x[i]...)
	}
	return out
}

func sameBytes(got, want [][]float32) error {
	for o := range want {
		for i, w := range want[o] {
			if g := got[o][i]; math.Float32bits(g) != math.Float32bits(w) {
				return fmt.Errorf("output %d, element %d is %v, unshifted %v", o, i, g, w)
			}
		}
	}
	return nil
}

// within compares; NaN must be NaN, and infinities must be equal.
func within(got, want [][]float32, bound func(out, i int, want float64) float64) error {
	for o := range want {
		for i := range want[o] {
			g, w := float64(got[o][i]), float64(want[o][i])
			if g == w || g != g && w != w {
				continue
			}
			if limit := bound(o, i, w); !(math.Abs(g-w) <= limit) {
				return fmt.Errorf("output %d, element %d is %v, want %v within %v", o, i, g, w, limit)
			}
		}
	}
	return nil
}

// exactly is the bound of operations whose bits are the contract.
func exactly(int, int, float64) float64 { return 0 }
