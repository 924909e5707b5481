package nets

import (
	"fmt"
	"hash"
	"hash/fnv"
	"unsafe"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training/kernels"
)

// Op is one operation on matrices, as gorgonia sees it (gorgonia.SDOp) and as
// training/plan sees it (Call).
type Op[T kernels.Float] struct {
	name  string // with every parameter: gorgonia merges nodes of equal names and inputs
	wrt   []bool // which inputs have a derivative; its length is the arity
	shape func(in []tensor.Shape) tensor.Shape
	call  func(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T])
	diff  func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error)

	flops func(in []tensor.Shape) int64 // of its products; nil for none
	about about                         // what it is in a layer

	be  kernels.Backend[T] // runs Do
	buf *tensor.Dense      // Do's result, owned by the op and written anew each time
}

// Call runs the operation on a backend; out has the inferred shape.
func (o *Op[T]) Call(be kernels.Backend[T], out kernels.Matrix[T], in []kernels.Matrix[T]) {
	o.call(be, out, in)
}

// Do runs the operation for a TapeMachine.
func (o *Op[T]) Do(values ...gorgonia.Value) (gorgonia.Value, error) {
	in := make([]kernels.Matrix[T], len(values))
	shapes := make([]tensor.Shape, len(values))
	for i, v := range values {
		m, err := View[T](v)
		if err != nil {
			return nil, fmt.Errorf("%s, input %d: %w", o.name, i, err)
		}
		in[i], shapes[i] = m, v.Shape()
	}
	if o.buf == nil {
		o.buf = newTensor[T](o.shape(shapes)...)
	}
	out, err := View[T](o.buf)
	if err != nil {
		return nil, fmt.Errorf("%s, output: %w", o.name, err)
	}
	o.call(o.be, out, in)
	return o.buf, nil
}

// View sees a value as a matrix without copying it.
func View[T kernels.Float](v gorgonia.Value) (kernels.Matrix[T], error) {
	d, ok := v.(*tensor.Dense)
	if !ok {
		return kernels.Matrix[T]{}, fmt.Errorf("%T is not a dense tensor", v)
	}
	data, ok := d.Data().([]T)
	s := d.Shape()
	if !ok || len(s) != 2 || len(data) != s[0]*s[1] {
		return kernels.Matrix[T]{}, fmt.Errorf("%v of shape %v is not a matrix of %T", d.Dtype(), s, *new(T))
	}
	return kernels.Matrix[T]{Rows: s[0], Cols: s[1], Data: data}, nil
}

func newTensor[T kernels.Float](shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(make([]T, shape[0]*shape[1])))
}

func dtype[T kernels.Float]() tensor.Dtype {
	var zero T
	if unsafe.Sizeof(zero) == 4 {
		return tensor.Float32
	}
	return tensor.Float64
}

// Arity is the number of inputs.
func (o *Op[T]) Arity() int { return len(o.wrt) }

// Type maps matrices to a matrix.
func (o *Op[T]) Type() hm.Type {
	types := make([]hm.Type, len(o.wrt)+1)
	for i := range types {
		types[i] = gorgonia.TensorType{Dims: 2, Of: dtype[T]()}
	}
	return hm.NewFnType(types...)
}

// InferShape computes the result's shape from the inputs'.
func (o *Op[T]) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes := make([]tensor.Shape, len(in))
	for i, d := range in {
		rows, err := d.DimSize(0)
		if err != nil {
			return nil, fmt.Errorf("%s, input %d: %w", o.name, i, err)
		}
		cols, err := d.DimSize(1)
		if err != nil {
			return nil, fmt.Errorf("%s, input %d: %w", o.name, i, err)
		}
		shapes[i] = tensor.Shape{rows, cols}
	}
	return o.shape(shapes), nil
}

// DiffWRT tells which inputs have a derivative.
func (o *Op[T]) DiffWRT(int) []bool { return o.wrt }

// SymDiff builds the inputs' gradients; nil where there is none.
func (o *Op[T]) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.diff == nil {
		return nil, fmt.Errorf("%s has no derivative", o.name)
	}
	return o.diff(in, out, grad)
}

// ReturnsPtr, CallsExtern and OverwritesInput make gorgonia's compiler use the
// op's own buffer: no copy, no allocation.
func (o *Op[T]) ReturnsPtr() bool { return true }

// CallsExtern is false: see ReturnsPtr.
func (o *Op[T]) CallsExtern() bool { return false }

// OverwritesInput is none: see ReturnsPtr.
func (o *Op[T]) OverwritesInput() int { return -1 }

// WriteHash writes the op's identity.
func (o *Op[T]) WriteHash(h hash.Hash) { fmt.Fprint(h, o.name) }

// Hashcode is a short form of the op's identity.
func (o *Op[T]) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *Op[T]) String() string { return o.name }
