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

// words computes four blocks at a time, one in each 64-bit lane. It is apart
// from normals because either loop alone is short enough for the processor to
// work on several turns at once.
func words() {
	TEXT("philoxVec", NOSPLIT, "func(words *uint64, fours int, key *uint32, block, inner, outer, stream uint32)")
	Doc("philoxVec writes words 0 of four blocks, then words 1, 2 and 3, fours ≥ 1 times, from block on. A word is the",
		"low half of its 64 bits; the high half is what is left of products.")
	Pragma("noescape")
	out, n, key := Load(Param("words"), GP64()), Load(Param("fours"), GP64()), Load(Param("key"), GP64())
	block, k0, k1 := broadcast32("block"), YMM(), YMM()
	VPADDD(lane0123(), block, block)
	VPBROADCASTD(Mem{Base: key}, k0)
	VPBROADCASTD(Mem{Base: key, Disp: 4}, k1)
	fixed := [3]VecVirtual{broadcast32("inner"), broadcast32("outer"), broadcast32("stream")}
	Label("philoxVec_loop")
	c := [4]VecVirtual{moved(block), moved(fixed[0]), moved(fixed[1]), moved(fixed[2])}
	for i, word := range philox(c, [2]VecVirtual{moved(k0), moved(k1)}) {
		VMOVDQU(word, Mem{Base: out, Disp: 32 * i})
	}
	VPADDD(bits4(4), block, block)
	ADDQ(U32(128), out)
	DECQ(n)
	JNZ(LabelRef("philoxVec_loop"))
	VZEROUPPER()
	RET()
}

func moved(x VecVirtual) VecVirtual {
	y := YMM()
	VMOVDQA(x, y)
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

func philox(c [4]VecVirtual, k [2]VecVirtual) [4]VecVirtual {
	for range 10 {
		p0, p1, hi0, hi1 := YMM(), YMM(), YMM(), YMM()
		VPMULUDQ(bits4(philoxM0), c[0], p0)
		VPMULUDQ(bits4(philoxM1), c[2], p1)
		VPSRLQ(U8(32), p0, hi0)
		VPSRLQ(U8(32), p1, hi1)
		VPXOR(k[0], c[1], c[1])
		VPXOR(k[1], c[3], c[3])
		VPXOR(c[1], hi1, hi1)
		VPXOR(c[3], hi0, hi0)
		c = [4]VecVirtual{hi1, p1, hi0, p0}
		VPADDD(bits4(philoxW0), k[0], k[0])
		VPADDD(bits4(philoxW1), k[1], k[1])
	}
	return c
}

func normals() {
	TEXT("normalsVec", NOSPLIT, "func(out *float32, fours int, words *uint64)")
	Doc("normalsVec writes the sixteen normals of four blocks of philoxVec's, fours ≥ 1 times.")
	Pragma("noescape")
	out, n, in := Load(Param("out"), GP64()), Load(Param("fours"), GP64()), Load(Param("words"), GP64())
	Label("normalsVec_loop")
	word := func(i int) VecVirtual {
		x := YMM()
		VMOVDQU(Mem{Base: in, Disp: 32 * i}, x)
		return x
	}
	even, odd := boxMuller(vecs{word(0), word(2)}, vecs{word(1), word(3)})
	four := vecs{even[0], odd[0], even[1], odd[1]}
	for i, row := range transpose4(four) {
		VMOVUPS(row, Mem{Base: out, Disp: 16 * i})
	}
	ADDQ(U32(128), in)
	ADDQ(U8(64), out)
	DECQ(n)
	JNZ(LabelRef("normalsVec_loop"))
	VZEROUPPER()
	RET()
}

// boxMuller is kernels.Normal2 of the low halves of u and v.
func boxMuller(u, v vecs) (vecs, vecs) {
	x := times(shifted(fromInteger(and(u, 1<<32-1), 0), 0.5), 1.0/(1<<32))
	r := times(log(x), -2)
	for _, x := range r {
		VSQRTPD(x, x)
	}
	cos, sin := turn(v)
	return mul(r, cos), mul(r, sin)
}

// transpose4 rounds four times four float64 to float32 and gives lane i of all
// of them as row i.
func transpose4(n vecs) (rows [4]VecVirtual) {
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
