package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions below repeat package kernels' float32 functions (single.go) in
// eight lanes: the same operations in the same order, nothing fused.

// lanes is eight float32.
type lanes = VecVirtual

const signs = 1 << 31

// single8 is a float32 in eight lanes.
func single8(v float32) Mem { return twice(uint64(math.Float32bits(v))) }

func into(f func(out lanes)) lanes {
	out := YMM()
	f(out)
	return out
}

// Arguments are in the order of the formula; b is a register or a constant.
func mul32(a lanes, b Op) lanes  { return into(func(out lanes) { VMULPS(b, a, out) }) }
func plus32(a lanes, b Op) lanes { return into(func(out lanes) { VADDPS(b, a, out) }) }
func sub32(a lanes, b Op) lanes  { return into(func(out lanes) { VSUBPS(b, a, out) }) }
func div32(a lanes, b Op) lanes  { return into(func(out lanes) { VDIVPS(b, a, out) }) }

// from32 is c − a.
func from32(c float32, a lanes) lanes {
	return into(func(out lanes) {
		VMOVUPS(single8(c), out)
		VSUBPS(a, out, out)
	})
}

// maximum32 is the larger; x comes second, so that NaN stays.
func maximum32(x lanes, c float32) lanes {
	return into(func(out lanes) {
		VMOVUPS(single8(c), out)
		VMAXPS(x, out, out)
	})
}

// positive32 is max(x, 0), never −0.
func positive32(x lanes) lanes {
	zero := into(func(out lanes) { VXORPS(out, out, out) })
	y := into(func(out lanes) { VMAXPS(x, zero, out) })
	return plus32(y, zero)
}

func bits32(f func(ops ...Op), a lanes, bits uint32) lanes {
	return into(func(out lanes) { f(twice(uint64(bits)), a, out) })
}

func magnitude32(a lanes) lanes         { return bits32(VANDPS, a, signs-1) }
func negativeMagnitude32(a lanes) lanes { return bits32(VORPS, a, signs) }
func negated32(a lanes) lanes           { return bits32(VXORPS, a, signs) }
func sign32(a lanes) lanes              { return bits32(VANDPS, a, signs) }

// horner32 is ((p0·x + p1)·x + p2)·x + …, highest power first.
func horner32(x lanes, p ...float32) lanes {
	s := mul32(x, single8(p[0]))
	for _, c := range p[1 : len(p)-1] {
		s = mul32(plus32(s, single8(c)), x)
	}
	return plus32(s, single8(p[len(p)-1]))
}

// expParts32 is kernels.expParts.
func expParts32(x lanes) (s, q lanes) {
	x = maximum32(x, -87)
	k := plus32(mul32(x, single8(1.44269504088896341)), single8(0.5))
	VROUNDPS(U8(9), k, k) // down
	r := sub32(x, mul32(k, single8(0.693359375)))
	r = sub32(r, mul32(k, single8(-2.12194440e-4)))
	p := horner32(r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
	q = plus32(mul32(p, mul32(r, r)), r)
	s = YMM()
	VCVTPS2DQ(k, s)
	VPADDD(twice(127), s, s)
	VPSLLD(U8(23), s, s)
	return s, q
}

func expNegative32(x lanes) lanes {
	s, q := expParts32(x)
	return plus32(mul32(s, q), s)
}

func oneMinusExp32(x lanes) lanes {
	s, q := expParts32(x)
	return sub32(from32(1, s), mul32(s, q))
}

func log1pUnit32(e lanes) lanes {
	return mul32(horner32(e, -0.0032440253999084234, 0.01985146291553974, -0.05695953592658043, 0.10603655129671097,
		-0.15305592119693756, 0.1967593878507614, -0.24954134225845337, 0.3332996368408203, -0.4999990165233612, 1), e)
}

func softplus32(x lanes) lanes {
	e := expNegative32(negativeMagnitude32(x))
	return plus32(maximum32(x, 0), log1pUnit32(e))
}

func tanh32(x lanes) lanes {
	m := mul32(magnitude32(x), single8(-2))
	t := oneMinusExp32(m)
	y := div32(t, from32(2, t))
	return into(func(out lanes) { VORPS(sign32(x), magnitude32(y), out) })
}
