package kernels

// Float is the precision that training runs in: float32; float64 is for the
// oracle of tests.
type Float interface{ float32 | float64 }

// Matrix is a dense row-major matrix over a slice that somebody else owns.
type Matrix[T Float] struct {
	Rows, Cols int
	Data       []T // len Rows×Cols
}

// NewMatrix allocates a matrix of zeros.
func NewMatrix[T Float](rows, cols int) Matrix[T] {
	return Matrix[T]{Rows: rows, Cols: cols, Data: make([]T, rows*cols)}
}

// Backend is everything that training asks of hardware. Shapes agree by the
// caller's care: a backend may panic when they do not. No output may overlap an
// input unless said otherwise. A Backend may hold scratch memory, so one Backend
// serves one goroutine at a time.
//
// An operation gives the same bits at every address, after every other call, and
// for every element whatever rows and columns surround it. How far it may be
// from the Reference's result is said with each; u is 2⁻²⁴. Package kerneltest
// tests all of it.
type Backend[T Float] interface {
	// Name tells the backend and its arithmetic apart in a numerics key, e.g.
	// "cpu-go-amd64-fp32".
	Name() string

	// MatMul computes out = op(a)·op(b), op transposing where ta or tb say so; no
	// side is zero. Within 2(depth+1)u·Σ|a·b|.
	MatMul(out, a, b Matrix[T], ta, tb bool)

	// Dense computes out = x·w + b, with negative elements set to zero when relu
	// is set; x is (n, fan_in), w (fan_in, fan_out), b (1, fan_out). Within
	// 2(fan_in+1)u·(Σ|x·w|+|b|).
	Dense(out, x, w, b Matrix[T], relu bool)

	// ReLUGrad computes out = g where y > 0 and 0 elsewhere; y is ReLU's output.
	// Exact.
	ReLUGrad(out, y, g Matrix[T])

	// ColSum sums the rows of x (n, c) into out (1, c). Within 2n·u·Σ|x|.
	ColSum(out, x Matrix[T])

	// RowBroadcast writes x (1, c) into every row of out (n, c). Exact.
	RowBroadcast(out, x Matrix[T])

	// Add computes out = a + b, Scale out = c·x, element by element; out may be
	// an input. Exact.
	Add(out, a, b Matrix[T])
	Scale(out, x Matrix[T], c T)

	// SoftplusMean writes mean(softplus(sign·l)) to out (1, 1); sign is ±1. This,
	// the next two and their sums are within 8u of the value.
	SoftplusMean(out, l Matrix[T], sign T)

	// SoftplusGrad computes out = g·sign·σ(sign·l)/n for the n logits l and the
	// scalar g (1, 1): SoftplusMean's derivative times g.
	SoftplusGrad(out, l, g Matrix[T], sign T)

	// SigmoidMean writes mean(σ(l)) to out (1, 1): mean D(x) of a batch.
	SigmoidMean(out, l Matrix[T])

	// Adam updates one parameter tensor in place. Within 8u·(|m|+|g|) for m,
	// 8u·(v+g²) for v, and 8u·(|w|+Rate·(|m|+|g|)/(√v+ε)) for w.
	Adam(w, m, v, g []T, a AdamStep)

	// Finite tells whether x holds neither NaN nor infinities. Exact.
	Finite(x []T) bool

	// Normals fills out with standard normals: element i is a function of key,
	// c and i alone, and the same bits on every backend.
	Normals(out []T, key Key, c Counter)

	Activations[T]
	Normalisation[T]
	Logits[T]
	Similarity[T]
	Images[T]
	Channels[T]
}
