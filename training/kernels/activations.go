package kernels

// Curve is the shape of an activation.
type Curve uint8

// The curves.
const (
	Linear    Curve = iota // x
	Rectified              // x where x > 0, Leak·x elsewhere
	Softplus               // log(1+e^x)
	Tanh                   // (e^x−e^−x)/(e^x+e^−x)
	ELU                    // x where x > 0, e^x−1 elsewhere (Clevert et al. 2016, α = 1)
)

// Activation is what a layer does to its sums, element by element. Its
// derivative is a function of its output y: 1; 1 or Leak; 1 − e^−y; 1 − y²; 1 or
// y + 1.
type Activation struct {
	Curve Curve
	Leak  float64 // of Rectified: the slope of the negative side, ≥ 0; 0 is ReLU
}

// Activations are layers whose noise lies between the sums and the
// nonlinearity, as in the source's MNIST discriminator (experiments.md §1.2).
type Activations[T Float] interface {
	// Activate computes out = f(x + sigma·noise) element by element; noise is
	// empty (no data) where there is none, and out may be x. Within
	// 8u·(|value|+|x|+|sigma·noise|) + 2^−120.
	Activate(out, x, noise Matrix[T], sigma T, f Activation)

	// ActivateGrad computes out = g·f′ by f's output y; out may be g. Within
	// 8u·|g|.
	ActivateGrad(out, y, g Matrix[T], f Activation)

	// Layer computes out = f(x·w + b + sigma·noise), shapes as in Dense, noise
	// (n, fan_out) or empty. The sums are Dense's, what follows is Activate's.
	Layer(out, x, w, b, noise Matrix[T], sigma T, f Activation)
}

// Activate adds the noise and applies f.
func (r *Reference[T]) Activate(out, x, noise Matrix[T], sigma T, f Activation) {
	o := out.Data[:len(x.Data)]
	if len(noise.Data) == 0 {
		copy(o, x.Data)
	} else {
		n := noise.Data[:len(o)]
		for i, v := range x.Data {
			o[i] = v + T(sigma*n[i])
		}
	}
	activate(o, f)
}

func activate[T Float](x []T, f Activation) {
	switch f.Curve {
	case Rectified:
		rectify(x, T(f.Leak))
	case Softplus:
		for i, v := range x {
			x[i] = softplusOf(v)
		}
	case Tanh:
		for i, v := range x {
			x[i] = tanhOf(v)
		}
	case ELU:
		for i, v := range x {
			x[i] = eluOf(v)
		}
	}
}

// rectify keeps NaN; without a leak it is max(x, 0), since 0·∞ is not 0.
func rectify[T Float](x []T, leak T) {
	if leak == 0 {
		for i, v := range x {
			x[i] = max(v, 0)
		}
		return
	}
	for i, v := range x {
		if !(v > 0) {
			x[i] = leak * v
		}
	}
}

// ActivateGrad multiplies g by the slope.
func (r *Reference[T]) ActivateGrad(out, y, g Matrix[T], f Activation) {
	o, gs := out.Data[:len(y.Data)], g.Data[:len(y.Data)]
	switch f.Curve {
	case Linear:
		copy(o, gs)
	case Rectified:
		rectifyGrad(o, y.Data, gs, T(f.Leak))
	case Softplus:
		for i, v := range y.Data {
			o[i] = gs[i] * oneMinusExpOf(v)
		}
	case Tanh:
		for i, v := range y.Data {
			o[i] = gs[i] * (1 - T(v*v))
		}
	case ELU:
		for i, v := range y.Data {
			o[i] = gs[i]
			if !(v > 0) {
				o[i] = gs[i] * (v + 1)
			}
		}
	}
}

func rectifyGrad[T Float](out, y, g []T, leak T) {
	for i, v := range y {
		switch {
		case v > 0:
			out[i] = g[i]
		case leak == 0:
			out[i] = 0
		default:
			out[i] = leak * g[i]
		}
	}
}

// Layer is Dense without its tail, then Activate in place.
func (r *Reference[T]) Layer(out, x, w, b, noise Matrix[T], sigma T, f Activation) {
	r.Dense(out, x, w, b, false)
	r.Activate(out, out, noise, sigma, f)
}
