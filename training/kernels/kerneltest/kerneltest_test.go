package kerneltest_test

import (
	"strings"
	"testing"
	"unsafe"

	"sweep/training/kernels"
	"sweep/training/kernels/kerneltest"
)

type (
	matrix    = kernels.Matrix[float32]
	reference = kernels.Reference[float32]
)

func TestTheReferencePasses(t *testing.T) { kerneltest.Run(t, kernels.NewReference[float32]()) }

// The backends below are the reference with one fault each.

type nameless struct{ reference }

func (*nameless) Name() string { return "gpu" }

type writesBehind struct{ reference }

func (b *writesBehind) Scale(out, x matrix, c float32) {
	b.reference.Scale(out, x, c)
	if n := len(out.Data); n%8 == 7 {
		*(*float32)(unsafe.Add(unsafe.Pointer(&out.Data[0]), 4*n)) = 0 // a whole register
	}
}

type readsBehind struct{ reference }

func (b *readsBehind) ColSum(out, x matrix) {
	b.reference.ColSum(out, x)
	if x.Cols == 13 {
		out.Data[12] += 0 * *(*float32)(unsafe.Add(unsafe.Pointer(&x.Data[0]), 4*len(x.Data)))
	}
}

type spoilsInputs struct{ reference }

func (b *spoilsInputs) ReLUGrad(out, y, g matrix) {
	b.reference.ReLUGrad(out, y, g)
	if len(g.Data) > 0 {
		g.Data[0]++
	}
}

type dependsOnPlace struct{ reference }

func (b *dependsOnPlace) MatMul(out, a, x matrix, ta, tb bool) {
	b.reference.MatMul(out, a, x, ta, tb)
	if uintptr(unsafe.Pointer(&x.Data[0]))%32 == 4 {
		out.Data[0] *= 1 + 1e-7
	}
}

type dependsOnNeighbours struct{ reference }

func (b *dependsOnNeighbours) Dense(out, x, w, bias matrix, relu bool) {
	b.reference.Dense(out, x, w, bias, relu)
	if out.Cols == 18 {
		for i := range out.Data {
			out.Data[i] *= 1 + 1e-7
		}
	}
}

type losesNaN struct{ reference }

func (b *losesNaN) Dense(out, x, w, bias matrix, relu bool) {
	b.reference.Dense(out, x, w, bias, relu)
	for i, v := range out.Data {
		if v != v && relu {
			out.Data[i] = 0
		}
	}
}

type wrongTail struct{ reference }

func (b *wrongTail) Add(out, x, y matrix) {
	b.reference.Add(out, x, y)
	if n := len(out.Data); n == 17 {
		out.Data[16] = 0
	}
}

type wrongGradient struct{ reference }

func (b *wrongGradient) SoftplusGrad(out, l, g matrix, sign float32) {
	b.reference.SoftplusGrad(out, l, g, sign)
	out.Data[0] *= 1.001
}

type otherDraws struct{ reference }

func (b *otherDraws) Normals(out []float32, key kernels.Key, c kernels.Counter) {
	b.reference.Normals(out, key, c)
	if len(out) == 100 {
		out[99] *= 1 + 1e-7
	}
}

type forgetsDecay struct{ reference }

func (b *forgetsDecay) Adam(w, m, v, g []float32, a kernels.AdamStep) {
	a.Beta2 = 0.9991
	b.reference.Adam(w, m, v, g, a)
}

type overlooks struct{ reference }

func (b *overlooks) Finite(x []float32) bool { return len(x) > 0 && b.reference.Finite(x[:len(x)-1]) }

type allocates struct {
	reference
	last []float32
}

func (b *allocates) RowBroadcast(out, x matrix) {
	b.last = make([]float32, 1+len(b.last)%2)
	b.reference.RowBroadcast(out, x)
}

func TestEveryFaultIsFound(t *testing.T) {
	for _, c := range []struct {
		be         kernels.Backend[float32]
		test, want string
	}{
		{&nameless{}, "name", "does not end in the precision"},
		{&writesBehind{}, "elementwise", "was written to"},
		{&readsBehind{}, "rows", "ColSum (1, 13)"},
		{&spoilsInputs{}, "elementwise", "input 1 was written to"},
		{&dependsOnPlace{}, "products", "unshifted"},
		{&dependsOnNeighbours{}, "parts", "alone"},
		{&losesNaN{}, "products", "NaN and infinity"},
		{&wrongTail{}, "elementwise", "Add 17"},
		{&wrongGradient{}, "gradients", "SoftplusMean: the gradient"},
		{&otherDraws{}, "normals", "Normals 100"},
		{&forgetsDecay{}, "adam", "Adam"},
		{&overlooks{}, "finite", "Finite 17, not at 16"},
		{&allocates{}, "allocations", "allocations"},
	} {
		found := kerneltest.Faults(c.be, c.test)
		if !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%T: nothing about %q among %d reports %.300q", c.be, c.want, len(found), found)
		}
	}
}
