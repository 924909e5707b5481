package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions below repeat package kernels' Log and Exp in four lanes of
// float64: the same operations in the same order, nothing fused, so that the
// results are the same bits.
//
// They work on several independent registers in turn: the chain of one is long,
// and the processor looks only so far ahead for something else to do.
type vecs []VecVirtual

// each writes an instruction for every register, into a new one.
func each(n int, f func(i int, out VecVirtual)) vecs {
	out := make(vecs, n)
	for i := range out {
		out[i] = YMM()
		f(i, out[i])
	}
	return out
}

// Arguments are in the order of the formula: sub(a, b) is a − b.
func mul(a, b vecs) vecs  { return each(len(a), func(i int, x VecVirtual) { VMULPD(b[i], a[i], x) }) }
func plus(a, b vecs) vecs { return each(len(a), func(i int, x VecVirtual) { VADDPD(b[i], a[i], x) }) }
func sub(a, b vecs) vecs  { return each(len(a), func(i int, x VecVirtual) { VSUBPD(b[i], a[i], x) }) }
func div(a, b vecs) vecs  { return each(len(a), func(i int, x VecVirtual) { VDIVPD(b[i], a[i], x) }) }

func times(a vecs, c float64) vecs {
	return each(len(a), func(i int, x VecVirtual) { VMULPD(double4(c), a[i], x) })
}

func shifted(a vecs, c float64) vecs {
	return each(len(a), func(i int, x VecVirtual) { VADDPD(double4(c), a[i], x) })
}

// and, or and left work on bits.
func and(a vecs, bits uint64) vecs {
	return each(len(a), func(i int, x VecVirtual) { VANDPD(bits4(bits), a[i], x) })
}

func or(a vecs, bits uint64) vecs {
	return each(len(a), func(i int, x VecVirtual) { VORPD(bits4(bits), a[i], x) })
}

func left(a vecs, by uint8) vecs {
	return each(len(a), func(i int, x VecVirtual) { VPSLLQ(U8(by), a[i], x) })
}

func right(a vecs, by uint8) vecs {
	return each(len(a), func(i int, x VecVirtual) { VPSRLQ(U8(by), a[i], x) })
}

// choose takes a where the sign of by is set, else b.
func choose(by, a, b vecs) vecs {
	return each(len(a), func(i int, x VecVirtual) { VBLENDVPD(by[i], a[i], b[i], x) })
}

// minus is c − a.
func minus(c float64, a vecs) vecs {
	return each(len(a), func(i int, x VecVirtual) {
		VMOVUPD(double4(c), x)
		VSUBPD(a[i], x, x)
	})
}

// horner is p0 + t·(p1 + t·(p2 + …)).
func horner(t vecs, p ...float64) vecs {
	s := times(t, p[len(p)-1])
	for i := len(p) - 2; ; i-- {
		if s = shifted(s, p[i]); i == 0 {
			return s
		}
		s = mul(t, s)
	}
}

// exponent52 are the bits of 2^52: or'ed into an integer below 2^52 they make
// the float64 of 2^52 plus it.
const exponent52 = 0x4330 << 48

// fromInteger turns integers below 2^52 into float64 minus an offset.
func fromInteger(a vecs, offset float64) vecs { return shifted(or(a, exponent52), -(0x1p52 + offset)) }

// log is kernels.Log of positive, normal numbers.
func log(x vecs) vecs {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
	)
	k := fromInteger(right(x, 52), 1022)
	f := or(and(x, 1<<52-1), 1022<<52)
	small := each(len(f), func(i int, x VecVirtual) { VCMPPD(U8(1), double4(math.Sqrt2/2), f[i], x) })
	f = plus(f, each(len(f), func(i int, x VecVirtual) { VANDPD(f[i], small[i], x) })) // twice f …
	k = sub(k, and(small, math.Float64bits(1)))                                        // … and one less k
	f = shifted(f, -1)
	s := div(f, shifted(f, 2))
	s2 := mul(s, s)
	s4 := mul(s2, s2)
	t1 := mul(s2, horner(s4, 6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01))
	t2 := mul(s4, horner(s4, 3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01))
	r := plus(t1, t2)
	hfsq := times(mul(f, f), 0.5)
	inner := plus(mul(s, plus(hfsq, r)), times(k, ln2Lo))
	return sub(times(k, ln2Hi), sub(sub(hfsq, inner), f))
}

// exp is kernels.Exp of x ≤ 0. Below −708, where the result is no longer
// normal, it is e^−708; NaN stays.
func exp(x vecs) vecs {
	const (
		ln2Hi = 6.93147180369123816490e-01
		ln2Lo = 1.90821492927058770002e-10
		log2e = 1.44269504088896338700e+00
	)
	v := each(len(x), func(i int, v VecVirtual) {
		VMOVUPD(double4(-708), v)
		VMAXPD(x[i], v, v) // x comes second, so that NaN stays
	})
	k := shifted(times(v, log2e), 0.5)
	k = each(len(k), func(i int, x VecVirtual) { VROUNDPD(U8(9), k[i], x) }) // down
	hi, lo := sub(v, times(k, ln2Hi)), times(k, ln2Lo)
	r := sub(hi, lo)
	t := mul(r, r)
	c := sub(r, mul(t, horner(t, 1.66666666666666019037e-01, -2.77777777770155933842e-03,
		6.61375632143793436117e-05, -1.65339022054652515390e-06, 4.13813679705723846039e-08)))
	y := minus(1, sub(sub(lo, div(mul(r, c), minus(2, c))), hi))
	power := left(shifted(k, 0x1.8p52+1023), 52) // k+1023, from the low bits
	return mul(y, power)
}
