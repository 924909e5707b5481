//go:build !noasm

package cpu

import "sweep/training/kernels"

type activation func(out, x, noise *float32, n int, sigma, leak float32)

// activationFor picks the loop of an activation, nil for a copy.
func activationFor(f kernels.Activation, noisy bool) activation {
	kinds := [2]activation{nil, linearOfNoisy}
	switch {
	case f.Curve == kernels.Rectified && f.Leak == 0:
		kinds = [2]activation{reluOf, reluOfNoisy}
	case f.Curve == kernels.Rectified:
		kinds = [2]activation{leakyOf, leakyOfNoisy}
	case f.Curve == kernels.Softplus:
		kinds = [2]activation{softplusOf, softplusOfNoisy}
	case f.Curve == kernels.Tanh:
		kinds = [2]activation{tanhOf, tanhOfNoisy}
	case f.Curve == kernels.ELU:
		kinds = [2]activation{eluOf, eluOfNoisy}
	}
	if noisy {
		return kinds[1]
	}
	return kinds[0]
}

// Activate adds the noise and applies f in one pass.
func (*avx2) Activate(out, x, noise matrix, sigma float32, f kernels.Activation) {
	n := len(x.Data)
	if n == 0 {
		return
	}
	o, noisy := out.Data[:n], len(noise.Data) > 0
	var noiseAt *float32
	if noisy {
		noiseAt = &noise.Data[:n][0]
	}
	if kernel := activationFor(f, noisy); kernel != nil {
		kernel(&o[0], &x.Data[0], noiseAt, n, sigma, float32(f.Leak))
	} else if &o[0] != &x.Data[0] {
		copy(o, x.Data)
	}
}

// ActivateGrad multiplies g by the slope.
func (v *avx2) ActivateGrad(out, y, g matrix, f kernels.Activation) {
	n := len(y.Data)
	if n == 0 {
		return
	}
	o, gs := out.Data[:n], g.Data[:n]
	switch {
	case f.Curve == kernels.Softplus:
		softplusGradOf(&o[0], &y.Data[0], &gs[0], n, 0)
	case f.Curve == kernels.Tanh:
		tanhGradOf(&o[0], &y.Data[0], &gs[0], n, 0)
	case f.Curve == kernels.ELU:
		eluGradOf(&o[0], &y.Data[0], &gs[0], n, 0)
	case f.Curve == kernels.Rectified && f.Leak == 0:
		v.ReLUGrad(out, y, g)
	case f.Curve == kernels.Rectified:
		leakyGrad(&o[0], &y.Data[0], &gs[0], n, float32(f.Leak))
	default:
		copy(o, gs)
	}
}

// Layer is Dense without its tail, then Activate in place.
func (v *avx2) Layer(out, x, w, b, noise matrix, sigma float32, f kernels.Activation) {
	v.Dense(out, x, w, b, false)
	v.Activate(out, out, noise, sigma, f)
}
