package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// quads writes a loop over float32 values, four at a time, times sign, to
// float64 results.
func quads(name string, f func(x VecVirtual) VecVirtual) {
	TEXT(name, NOSPLIT, "func(dst *float64, src *float32, n int, sign float32)")
	Pragma("noescape")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	sign := broadcast32("sign")
	Label(name + "_loop")
	v, x := XMM(), YMM()
	VMULPS(Mem{Base: src}, sign.AsX(), v)
	VCVTPS2PD(v, x)
	VMOVUPD(f(x), Mem{Base: dst})
	ADDQ(U8(16), src)
	ADDQ(U8(32), dst)
	DECQ(n)
	JNZ(LabelRef(name + "_loop"))
	VZEROUPPER()
	RET()
}

// negativeMagnitude is −|x|.
func negativeMagnitude(x VecVirtual) VecVirtual {
	y := YMM()
	VORPD(bits4(1<<63), x, y)
	return y
}

func softplus() {
	quads("softplusVec", func(x VecVirtual) VecVirtual {
		positive, zero := YMM(), YMM()
		VXORPD(zero, zero, zero)
		VMAXPD(x, zero, positive) // x comes second, so that NaN stays
		return plus(positive, log(plus(exp(negativeMagnitude(x)), double4(1))))
	})
	Doc("softplusVec computes softplus(sign·x) of four values at a time, n ≥ 1 times.")
}

func sigmoid() {
	quads("sigmoidVec", func(x VecVirtual) VecVirtual {
		e, one := exp(negativeMagnitude(x)), register(double4(1))
		top := YMM()
		VBLENDVPD(x, e, one, top) // e where x is negative
		return div(top, plus(one, e))
	})
	Doc("sigmoidVec computes σ(sign·x) of four values at a time, n ≥ 1 times.")
}

// peak is what products are measured against: fourteen independent chains of
// fused multiply-adds.
func peak() {
	const chains = 14
	TEXT("peakFMA", NOSPLIT, "func(n int)")
	Doc("peakFMA does n times 14 fused multiply-adds of eight lanes.")
	n := Load(Param("n"), GP64())
	x := YMM()
	VXORPS(x, x, x)
	var sums [chains]VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VXORPS(sums[i], sums[i], sums[i])
	}
	Label("peakFMA_loop")
	for _, s := range sums {
		VFMADD231PS(x, x, s)
	}
	DECQ(n)
	JNZ(LabelRef("peakFMA_loop"))
	VZEROUPPER()
	RET()
}
