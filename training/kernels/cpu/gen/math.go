package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions below repeat package kernels' Log, Exp and sincosTurn in four
// lanes of float64: the same operations in the same order, nothing fused, so
// that the results are the same bits.

// Arguments are in the order of the formula: sub(a, b) is a − b.
func mul(a VecVirtual, b Op) VecVirtual  { x := YMM(); VMULPD(b, a, x); return x }
func plus(a VecVirtual, b Op) VecVirtual { x := YMM(); VADDPD(b, a, x); return x }
func sub(a VecVirtual, b Op) VecVirtual  { x := YMM(); VSUBPD(b, a, x); return x }
func div(a VecVirtual, b Op) VecVirtual  { x := YMM(); VDIVPD(b, a, x); return x }

// horner is p0 + t·(p1 + t·(p2 + …)).
func horner(t VecVirtual, p ...float64) VecVirtual {
	s := register(double4(p[len(p)-1]))
	for i := len(p) - 2; i >= 0; i-- {
		VMULPD(t, s, s)
		VADDPD(double4(p[i]), s, s)
	}
	return s
}

// exponent52 are the bits of 2^52: or'ed into an integer below 2^52 they make
// the float64 of 2^52 plus it.
const exponent52 = 0x4330 << 48

// fromInteger turns integers below 2^52 into float64 minus an offset.
func fromInteger(i VecVirtual, offset float64) VecVirtual {
	x := YMM()
	VORPD(bits4(exponent52), i, x)
	VSUBPD(double4(0x1p52+offset), x, x)
	return x
}

// log is kernels.Log of positive, normal numbers.
func log(x VecVirtual) VecVirtual {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
	)
	e, f, small, part := YMM(), YMM(), YMM(), YMM()
	VPSRLQ(U8(52), x, e)
	k := fromInteger(e, 1022)
	VANDPD(bits4(1<<52-1), x, f)
	VORPD(bits4(1022<<52), f, f)
	VCMPPD(U8(1), double4(math.Sqrt2/2), f, small) // f < √½: twice f, one less k
	VANDPD(f, small, part)
	VADDPD(part, f, f)
	VANDPD(double4(1), small, part)
	VSUBPD(part, k, k)
	VSUBPD(double4(1), f, f)
	s := div(f, plus(f, double4(2)))
	s2 := mul(s, s)
	s4 := mul(s2, s2)
	r := mul(horner(s4, 6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01), s2)
	t2 := mul(horner(s4, 3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01), s4)
	VADDPD(t2, r, r)
	hfsq := mul(mul(f, f), double4(0.5))
	inner := plus(mul(s, plus(hfsq, r)), mul(k, double4(ln2Lo)))
	VSUBPD(inner, hfsq, hfsq)
	VSUBPD(f, hfsq, hfsq)
	return sub(mul(k, double4(ln2Hi)), hfsq)
}

// exp is kernels.Exp of x ≤ 0. Below −708, where the result is no longer
// normal, it is e^−708; NaN stays.
func exp(x VecVirtual) VecVirtual {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
		log2e = 1.44269504088896338700e+00
	)
	v, k := YMM(), YMM()
	VMAXPD(x, register(double4(-708)), v) // x comes second, so that NaN stays
	k = plus(mul(v, double4(log2e)), double4(0.5))
	VROUNDPD(U8(9), k, k) // down
	hi, lo := sub(v, mul(k, double4(ln2Hi))), mul(k, double4(ln2Lo))
	r := sub(hi, lo)
	t := mul(r, r)
	c := sub(r, mul(t, horner(t, 1.66666666666666019037e-01, -2.77777777770155933842e-03,
		6.61375632143793436117e-05, -1.65339022054652515390e-06, 4.13813679705723846039e-08)))
	q := div(mul(r, c), sub(register(double4(2)), c))
	y := sub(register(double4(1)), sub(sub(lo, q), hi))
	power := plus(k, double4(0x1.8p52+1023)) // k+1023 in the low bits
	VPSLLQ(U8(52), power, power)
	return mul(y, power)
}

// turn is the cosine and sine of v/2³² of a full turn for the low halves of
// 64-bit lanes; the high halves may hold anything.
func turn(v VecVirtual) (cos, sin VecVirtual) {
	rest, back, odd := YMM(), register(bits4(1<<29)), YMM()
	VPAND(bits4(1<<29-1), v, rest)
	VPSUBQ(rest, back, back)
	VPSLLQ(U8(34), v, odd) // bit 29, an odd octant, becomes the lane's sign
	VBLENDVPD(odd, back, rest, rest)
	x := mul(fromInteger(rest, 0), double4(2*math.Pi/(1<<32)))
	s, c := sinCos(x)
	t, swap := YMM(), YMM()
	VPSRLQ(U8(1), v, t)
	VPXOR(t, v, t) // bit 29: octant is 1 or 2 of its half turn; bit 30: the cosine is negative
	VPSLLQ(U8(34), t, swap)
	sin, cos = YMM(), YMM()
	VBLENDVPD(swap, c, s, sin)
	VBLENDVPD(swap, s, c, cos)
	negate := func(x, sign VecVirtual) {
		VANDPD(bits4(1<<63), sign, sign)
		VXORPD(sign, x, x)
	}
	VPSLLQ(U8(33), t, t)
	negate(cos, t)
	VPSLLQ(U8(32), v, swap)
	negate(sin, swap)
	return cos, sin
}

// sinCos is sine and cosine on [0, π/4].
func sinCos(x VecVirtual) (sin, cos VecVirtual) {
	z := mul(x, x)
	s := mul(z, horner(z, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
		2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10))
	VADDPD(double4(-1.66666666666666324348e-01), s, s)
	sin = plus(mul(mul(z, x), s), x)
	c := mul(z, horner(z, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
		-2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11))
	VADDPD(double4(4.16666666666666019037e-02), c, c)
	VMULPD(z, c, c)
	half := sub(mul(z, double4(0.5)), mul(z, c))
	return sin, sub(register(double4(1)), half)
}
