package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// quads writes a loop over float32 values, four at a time, times sign, to
// float64 results.
func quads(name string, f func(x vecs) vecs) {
	TEXT(name, NOSPLIT, "func(dst *float64, src *float32, n int, sign float32)")
	Pragma("noescape")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	sign := broadcast32("sign")
	Label(name + "_loop")
	v, x := XMM(), YMM()
	VMULPS(Mem{Base: src}, sign.AsX(), v)
	VCVTPS2PD(v, x)
	VMOVUPD(f(vecs{x})[0], Mem{Base: dst})
	ADDQ(U8(16), src)
	ADDQ(U8(32), dst)
	DECQ(n)
	JNZ(LabelRef(name + "_loop"))
	VZEROUPPER()
	RET()
}

// negativeMagnitude is −|x|.
func negativeMagnitude(x vecs) vecs { return or(x, 1<<63) }

func softplus() {
	quads("softplusVec", func(x vecs) vecs {
		positive := each(len(x), func(i int, p VecVirtual) {
			VXORPD(p, p, p)
			VMAXPD(x[i], p, p) // x comes second, so that NaN stays
		})
		return plus(positive, log(shifted(exp(negativeMagnitude(x)), 1)))
	})
	Doc("softplusVec computes softplus(sign·x) of four values at a time, n ≥ 1 times.")
}

func sigmoid() {
	quads("sigmoidVec", func(x vecs) vecs {
		e := exp(negativeMagnitude(x))
		one := vecs{register(double4(1))}
		return div(choose(x, e, one), shifted(e, 1)) // e over 1+e where x is negative
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
