package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Philox's constants, as in package kernels.
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// normals computes four blocks at a time, one in each 64-bit lane: their words
// are the lanes' low halves, and the high halves hold what is left of products.
func normals() {
	TEXT("normalsVec", NOSPLIT, "func(out *float32, fours int, key *uint32, block, inner, outer, stream uint32)")
	Doc("normalsVec writes the sixteen normals of four blocks, fours ≥ 1 times, from block on.")
	Pragma("noescape")
	out, n, key := Load(Param("out"), GP64()), Load(Param("fours"), GP64()), Load(Param("key"), GP64())
	block, inner := Load(Param("block"), GP32()), Load(Param("inner"), GP32())
	outer, stream := Load(Param("outer"), GP32()), Load(Param("stream"), GP32())
	Label("normalsVec_loop")
	c := [4]VecVirtual{lanes(block), lanes(inner), lanes(outer), lanes(stream)}
	VPADDD(lane0123(), c[0], c[0])
	k := [2]GPVirtual{GP32(), GP32()}
	MOVL(Mem{Base: key}, k[0])
	MOVL(Mem{Base: key, Disp: 4}, k[1])
	c = philox(c, k)
	n0, n1 := boxMuller(c[0], c[1])
	n2, n3 := boxMuller(c[2], c[3])
	for i, row := range transpose4([4]VecVirtual{n0, n1, n2, n3}) {
		VMOVUPS(row, Mem{Base: out, Disp: 16 * i})
	}
	ADDL(U8(4), block)
	ADDQ(U8(64), out)
	DECQ(n)
	JNZ(LabelRef("normalsVec_loop"))
	VZEROUPPER()
	RET()
}

func lanes(r Register) VecVirtual {
	x, y := XMM(), YMM()
	VMOVD(r, x)
	VPBROADCASTD(x, y)
	return y
}

// lane0123 adds the lane's number to the low halves.
func lane0123() Mem {
	const name = "lane_0123"
	if m, ok := known[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for lane := range 4 {
		DATA(8*lane, U64(uint64(lane)))
	}
	known[name] = m
	return m
}

func philox(c [4]VecVirtual, k [2]GPVirtual) [4]VecVirtual {
	m0, m1 := register(bits4(philoxM0)), register(bits4(philoxM1))
	for range 10 {
		p0, p1, hi0, hi1 := YMM(), YMM(), YMM(), YMM()
		VPMULUDQ(m0, c[0], p0)
		VPMULUDQ(m1, c[2], p1)
		VPSRLQ(U8(32), p0, hi0)
		VPSRLQ(U8(32), p1, hi1)
		VPXOR(lanes(k[0]), c[1], c[1])
		VPXOR(lanes(k[1]), c[3], c[3])
		VPXOR(c[1], hi1, hi1)
		VPXOR(c[3], hi0, hi0)
		c = [4]VecVirtual{hi1, p1, hi0, p0}
		ADDL(U32(philoxW0), k[0])
		ADDL(U32(philoxW1), k[1])
	}
	return c
}

// boxMuller is kernels.Normal2 of the low halves of u and v.
func boxMuller(u, v VecVirtual) (VecVirtual, VecVirtual) {
	low := YMM()
	VPAND(bits4(1<<32-1), u, low)
	x := plus(fromInteger(low, 0), double4(0.5))
	VMULPD(double4(1.0/(1<<32)), x, x)
	r := mul(log(x), double4(-2))
	VSQRTPD(r, r)
	cos, sin := turn(v)
	return mul(r, cos), mul(r, sin)
}

// transpose4 rounds four times four float64 to float32 and gives lane i of all
// of them as row i.
func transpose4(n [4]VecVirtual) (rows [4]VecVirtual) {
	var f [4]VecVirtual
	for i := range n {
		f[i] = XMM()
		VCVTPD2PSY(n[i], f[i])
	}
	var pairs [4]VecVirtual
	for i := range pairs {
		pairs[i], rows[i] = XMM(), XMM()
	}
	VUNPCKLPS(f[1], f[0], pairs[0])
	VUNPCKHPS(f[1], f[0], pairs[1])
	VUNPCKLPS(f[3], f[2], pairs[2])
	VUNPCKHPS(f[3], f[2], pairs[3])
	VMOVLHPS(pairs[2], pairs[0], rows[0])
	VMOVHLPS(pairs[0], pairs[2], rows[1])
	VMOVLHPS(pairs[3], pairs[1], rows[2])
	VMOVHLPS(pairs[1], pairs[3], rows[3])
	return rows
}
