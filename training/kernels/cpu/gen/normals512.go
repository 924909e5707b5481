package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// words512 is words with the registers of AVX-512: eight blocks in each of four.
func words512() {
	TEXT("philoxVec512", NOSPLIT, "func(words *uint32, fours int, run *uint64, block uint32)")
	Doc("philoxVec512 is philoxVec for four groups at a time, fours ≥ 1 times.")
	Pragma("noescape")
	out, n, run := Load(Param("words"), GP64()), Load(Param("fours"), GP64()), Load(Param("run"), GP64())
	block := ZMM()
	VPBROADCASTD(Load(Param("block"), GP32()), block)
	VPADDD(quads64("lanes_01234567", 0, 1, 2, 3, 4, 5, 6, 7), block, block)
	eight := wide(8)
	p := philox512{m: [2]VecVirtual{wide(philoxM0), wide(philoxM1)}, run: run}
	Label("philoxVec512_loop")
	var blocks [4]VecVirtual
	for i := range blocks {
		blocks[i] = ZMM()
		VMOVDQA32(block, blocks[i])
		VPADDD(eight, block, block)
	}
	for i, c := range p.words(blocks) {
		for w, word := range c {
			VPMOVQD(word, Mem{Base: out, Disp: 128*i + 32*w})
		}
	}
	ADDQ(U32(512), out)
	DECQ(n)
	JNZ(LabelRef("philoxVec512_loop"))
	VZEROUPPER()
	RET()
}

// wide is a constant of 64 bits in eight lanes of a register.
func wide(v uint64) VecVirtual {
	x := ZMM()
	VPBROADCASTQ(quads64(wideName(v), v), x)
	return x
}

type philox512 philox

func (p philox512) at(i int) Mem { return philox(p).at(i) }

// words is philox.words.
func (p philox512) words(blocks [4]VecVirtual) [4][4]VecVirtual {
	var c [4][4]VecVirtual
	for i, block := range blocks {
		p0, c2 := p.multiplied(0, block)
		VPXORQ_BCST(p.at(0), c2, c2)
		p1, c0 := p.multiplied(1, c2)
		VPXORQ_BCST(p.at(1), c0, c0)
		VPXORQ_BCST(p.at(2), p0, p0)
		c[i] = [4]VecVirtual{c0, p1, p0, nil}
	}
	for round := 2; round < philoxRounds; round++ {
		for i := range c {
			c[i] = p.round(c[i], 4+2*(round-2))
		}
	}
	return c
}

func (p philox512) multiplied(i int, c VecVirtual) (product, high VecVirtual) {
	product, high = ZMM(), ZMM()
	VPMULUDQ(p.m[i], c, product)
	VPSRLQ(U8(32), product, high)
	return product, high
}

func (p philox512) round(c [4]VecVirtual, key int) [4]VecVirtual {
	const xor3 = 0x96
	p0, hi0 := p.multiplied(0, c[0])
	p1, hi1 := p.multiplied(1, c[2])
	VPTERNLOGQ_BCST(U8(xor3), p.at(key), c[1], hi1)
	if c[3] == nil {
		VPXORQ_BCST(p.at(3), hi0, hi0)
	} else {
		VPTERNLOGQ_BCST(U8(xor3), p.at(key+1), c[3], hi0)
	}
	return [4]VecVirtual{hi1, p1, hi0, p0}
}

// normals512 is normals with the registers of AVX-512: one holds a coefficient of
// sixteen octaves, and one word of 2¹⁶ is from the octaves below.
func normals512() {
	TEXT("normalsVec512", NOSPLIT, "func(out *float32, words *uint32, sixteens int, table *float32)")
	Doc("normalsVec512 turns sixteen words at a time into normals, sixteens ≥ 1 times. table is kernels.NormalTable as",
		"normalOctaves orders it.")
	Pragma("noescape")
	out, in := Load(Param("out"), GP64()), Load(Param("words"), GP64())
	n, table := Load(Param("sixteens"), GP64()), Load(Param("table"), GP64())
	at := func(half, power int) Mem { return Mem{Base: table, Disp: 64 * (half*(degree+1) + power)} }
	var low, high [degree + 1]VecVirtual
	for i := range low {
		low[i], high[i] = ZMM(), ZMM()
		VMOVUPS(at(0, i), low[i])
		VMOVUPS(at(1, i), high[i])
	}
	magnitude, half := wide32(1<<31-1), wide32(0x3effffff) // the float32 below ½: f+½ where f < 2²³, else f
	largest, fraction, one, middle := wide32(0x4effffff), wide32(1<<23-1), wide32(127<<23), wide32(0xbfc00000)
	common, sign := wide32(142<<23), wide32(1<<31)
	Label("normalsVec512_loop")
	word, f, octave, z, rare := ZMM(), ZMM(), ZMM(), ZMM(), K()
	VMOVDQU32(Mem{Base: in}, word)
	float := func() {
		VPANDD(magnitude, word, f)
		VCVTDQ2PS(f, f)
		VADDPS(half, f, f)
	}
	split := func() {
		VMINPS(largest, f, f)
		VPSRLD(U8(23), f, octave)
		VPTERNLOGD(U8(0xEA), one, fraction, f) // f and fraction or one
		VADDPS(middle, f, f)
	}
	float()
	VCMPPS(U8(1), common, f, rare)
	split()
	KORTESTW(rare, rare)
	JNZ(LabelRef("normalsVec512_rare"))
	polynomial512(z, f, func(i int, c VecVirtual) { VPERMPS(high[i], octave, c) })
	Label("normalsVec512_sign")
	VPTERNLOGD(U8(0x6A), z, sign, word) // word and sign, xor z
	VMOVUPS(word, Mem{Base: out})
	ADDQ(U8(64), in)
	ADDQ(U8(64), out)
	DECQ(n)
	JNZ(LabelRef("normalsVec512_loop"))
	VZEROUPPER()
	RET()
	Label("normalsVec512_rare")
	below := K()
	float()
	VMAXPS(wide32(0x3f000000), f, f) // p = 0
	split()
	VPCMPD(U8(1), wide32(142), octave, below)
	polynomial512(z, f, func(i int, c VecVirtual) {
		VPERMPS(high[i], octave, c)
		VPERMPS(low[i], octave, below, c)
	})
	JMP(LabelRef("normalsVec512_sign"))
}

func wide32(v uint64) VecVirtual { return wide(v<<32 | v) }

// polynomial512 is polynomial.
func polynomial512(z, t VecVirtual, coefficient func(i int, c VecVirtual)) {
	t2, odd, even := ZMM(), ZMM(), ZMM()
	VMULPS(t, t, t2)
	coefficient(degree, z)
	for i := degree - 2; i >= 0; i -= 2 {
		VMULPS(t2, z, z)
		coefficient(i+1, odd)
		VMULPS(t, odd, odd)
		coefficient(i, even)
		VADDPS(even, odd, odd)
		VADDPS(odd, z, z)
	}
}
