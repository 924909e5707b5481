package kernels

import "math"

// The functions below are fdlibm's (Sun Microsystems, 1993: e_exp.c, e_log.c,
// k_sin.c, k_cos.c), with every product rounded before it is added. They are
// within a few units in the last place of the true value.

// Exp is e to the x.
func Exp(x float64) float64 {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
		log2e = 1.44269504088896338700e+00
	)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x > 709.782712893384:
		return math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*log2e) + 0.5)
	hi := x - float64(k*ln2Hi)
	lo := float64(k * ln2Lo)
	r := hi - lo
	t := float64(r * r)
	c := r - float64(t*polynomial(t, 1.66666666666666019037e-01, -2.77777777770155933842e-03,
		6.61375632143793436117e-05, -1.65339022054652515390e-06, 4.13813679705723846039e-08))
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	return math.Ldexp(y, int(k))
}

func polynomial(t, p0, p1, p2, p3, p4 float64) float64 {
	s := p3 + float64(t*p4)
	s = p2 + float64(t*s)
	s = p1 + float64(t*s)
	return p0 + float64(t*s)
}

// Log is the natural logarithm of a positive, normal x; of anything else it is
// math.Log.
func Log(x float64) float64 {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
		l1    = 6.666666666666735130e-01
		l2    = 3.999999999940941908e-01
		l3    = 2.857142874366239149e-01
		l4    = 2.222219843214978396e-01
		l5    = 1.818357216161805012e-01
		l6    = 1.531383769920937332e-01
		l7    = 1.479819860511658591e-01
	)
	if !(x >= 0x1p-1022 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	// x = 2^k·(1+f) with 1+f in [√½, √2)
	const mantissa = 1<<52 - 1
	b := math.Float64bits(x)
	k := float64(int(b>>52) - 1022)
	f := math.Float64frombits(b&mantissa | 1022<<52)
	if f < math.Sqrt2/2 {
		f *= 2
		k--
	}
	f--
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	t1 := float64(s2 * (l1 + float64(s4*(l3+float64(s4*(l5+float64(s4*l7)))))))
	t2 := float64(s4 * (l2 + float64(s4*(l4+float64(s4*l6)))))
	r := t1 + t2
	hfsq := float64(0.5 * float64(f*f))
	return float64(k*ln2Hi) - ((hfsq - (float64(s*(hfsq+r)) + float64(k*ln2Lo))) - f)
}

// sincosTurn is the sine and cosine of u/2³² of a full turn. The octant is
// read from u's top bits, so that the reduction is exact.
func sincosTurn(u uint32) (sin, cos float64) {
	const unit = 2 * math.Pi / (1 << 32)
	octant := u >> 29
	rest := u & (1<<29 - 1)
	if octant&1 == 1 {
		rest = 1<<29 - rest
	}
	sin, cos = kernelSinCos(float64(float64(rest) * unit))
	if o := octant & 3; o == 1 || o == 2 {
		sin, cos = cos, sin
	}
	if octant >= 4 {
		sin = -sin
	}
	if octant >= 2 && octant < 6 {
		cos = -cos
	}
	return sin, cos
}

// kernelSinCos is sine and cosine on [0, π/4].
func kernelSinCos(x float64) (sin, cos float64) {
	z := float64(x * x)
	s := polynomial(z, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
		2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10)
	sin = x + float64(float64(z*x)*(-1.66666666666666324348e-01+float64(z*s)))
	c := polynomial(z, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
		-2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11)
	c = float64(z * (4.16666666666666019037e-02 + float64(z*c)))
	cos = 1 - (float64(0.5*z) - float64(z*c))
	return sin, cos
}

// softplus is log(1+e^x) without overflow: max(x,0) + log(1+e^−|x|)
// (experiments.md §8.3).
func softplus(x float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	return max(x, 0) + Log(1+Exp(-math.Abs(x)))
}

// sigmoid is 1/(1+e^−x) without overflow.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + Exp(-x))
	}
	e := Exp(x)
	return e / (1 + e)
}

// power is x to the n ≥ 0, by squaring.
func power(x float64, n int64) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}
