package kerneltest

import (
	"fmt"
	"math"
	"slices"
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

// reporter is what the tests need of testing.T.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Run tests a backend.
func Run(t *testing.T, be backend) {
	for name, test := range tests(be) {
		t.Run(name, func(t *testing.T) { test(t) })
	}
}

// Faults is what one of Run's tests would report.
func Faults(be backend, test string) []string {
	var found faults
	tests(be)[test](&found)
	return found
}

type faults []string

func (*faults) Helper() {}

func (f *faults) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// RunExactly tests that all operations without a product give the reference's
// bits, NaNs aside.
func RunExactly(t *testing.T, be backend) {
	for group, calls := range groups() {
		if slices.Contains([]string{"products", "layers", "convolutions"}, group) {
			continue
		}
		t.Run(group, func(t *testing.T) {
			for _, c := range calls {
				c.bound = exactly
				check(t, be, c)
			}
		})
	}
}

func groups() map[string][]call {
	return map[string][]call{"products": products(), "elementwise": elementwise(), "rows": rows(),
		"losses": losses(), "adam": adams(), "normals": normals(), "finite": finites(),
		"activations": activations(), "layers": layers(), "normalisation": normalisation(), "logits": logits(), "blocks": blocks(),
		"similarity": similarities(), "pools": pools(), "convolutions": convolutions(), "channels": channelCalls()}
}

func tests(be backend) map[string]func(t reporter) {
	all := map[string]func(t reporter){
		"name":            func(t reporter) { name(t, be) },
		"gradients":       func(t reporter) { gradients(t, be) },
		"layer gradients": func(t reporter) { layerGradients(t, be) },
		"parts":           func(t reporter) { parts(t, be) },
		"allocations":     func(t reporter) { allocations(t, be) },
	}
	for group, calls := range groups() {
		all[group] = func(t reporter) {
			for _, c := range calls {
				check(t, be, c)
			}
		}
	}
	return all
}

func name(t reporter, be backend) {
	if n := be.Name(); !strings.HasSuffix(n, "-fp32") {
		t.Errorf("the name %q does not end in the precision", n)
	}
}

// alignments are the places of a buffer, in elements, relative to 64 bytes.
const alignments = 16

// shifts are all alignments for small operands and a few for large ones.
func shifts(c call) []int {
	elements := 0
	for _, x := range append(slices.Clone(c.in), c.out...) {
		elements += len(x)
	}
	if elements > 3000 {
		return []int{0, 1, 7}
	}
	return []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
}

// check runs a call at its alignments. Its first result is compared with the
// reference's, the others with the first, bit for bit.
func check(t reporter, be backend, c call) {
	t.Helper()
	want := clone(c.out)
	c.do(kernels.NewReference[float32](), clone(c.in), want)
	var first [][]float32
	for _, shift := range shifts(c) {
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
