package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Philox's multipliers, as in package kernels.
const (
	philoxM0     = 0xD2511F53
	philoxM1     = 0xCD9E8D57
	philoxRounds = 10
)

// words computes eight blocks at a time, each in a 64-bit lane, of which the
// multiplication reads the low half and leaves nothing to put together. It is
// apart from normals because either loop alone is short enough for the processor
// to work on several turns at once.
func words() {
	TEXT("philoxVec", NOSPLIT, "func(words *uint32, groups int, run *uint64, block uint32)")
	Doc("philoxVec writes words 0 of eight blocks, then words 1, 2 and 3, groups ≥ 1 times, from block on. run is a",
		"philoxRun.")
	Pragma("noescape")
	out, n, run := Load(Param("words"), GP64()), Load(Param("groups"), GP64()), Load(Param("run"), GP64())
	block, m0, m1 := broadcast32("block"), register(bits4(philoxM0)), register(bits4(philoxM1))
	VPADDD(quads64("lanes_0246", 0, 2, 4, 6), block, block)
	Label("philoxVec_loop")
	odd := YMM()
	VPADDD(bits4(1), block, odd)
	c := philox{m: [2]VecVirtual{m0, m1}, run: run}.words(moved(block), odd)
	evens, odds := c[0], c[1]
	for i, e := range evens {
		VPSLLQ(U8(32), odds[i], odds[i])
		VPBLENDD(U8(0xAA), odds[i], e, e)
		VMOVDQU(e, Mem{Base: out, Disp: 32 * i})
	}
	VPADDD(bits4(8), block, block)
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

// philox writes the rounds of four blocks, for two fours in turn.
type philox struct {
	m   [2]VecVirtual
	run Register
}

// at is a constant of the run, in four lanes.
func (p philox) at(i int) Mem { return Mem{Base: p.run, Disp: 32 * i} }

// words uses its arguments up. Of the first three rounds it does what differs
// between blocks; the rest is in the run's constants 0 … 3.
func (p philox) words(blocks ...VecVirtual) [2][4]VecVirtual {
	var c [2][4]VecVirtual
	for i, block := range blocks {
		p0, c2 := p.multiplied(0, block)
		VPXOR(p.at(0), c2, c2)
		p1, c0 := p.multiplied(1, c2)
		VPXOR(p.at(1), c0, c0)
		VPXOR(p.at(2), p0, p0)
		c[i] = [4]VecVirtual{c0, p1, p0, nil}
	}
	for round := 2; round < philoxRounds; round++ {
		for i := range c {
			c[i] = p.round(c[i], 4+2*(round-2))
		}
	}
	return c
}

// multiplied gives a product and its high half.
func (p philox) multiplied(i int, c VecVirtual) (product, high VecVirtual) {
	product, high = YMM(), YMM()
	VPMULUDQ(p.m[i], c, product)
	VPSRLQ(U8(32), product, high)
	return product, high
}

// round is one round with two keys of the run. Before the third, word 3 is the
// same in all blocks and is in constant 3, key and all.
func (p philox) round(c [4]VecVirtual, key int) [4]VecVirtual {
	p0, hi0 := p.multiplied(0, c[0])
	p1, hi1 := p.multiplied(1, c[2])
	VPXOR(p.at(key), c[1], c[1])
	VPXOR(c[1], hi1, hi1)
	if c[3] == nil {
		VPXOR(p.at(3), hi0, hi0)
	} else {
		VPXOR(p.at(key+1), c[3], c[3])
		VPXOR(c[3], hi0, hi0)
	}
	return [4]VecVirtual{hi1, p1, hi0, p0}
}

const (
	degree      = 6
	tableOctets = degree + 1 // of one group of eight octaves
	common      = 3          // the group that nearly all words fall in
)

// normals is kernels.Normal. A coefficient is picked out of a register that has
// eight octaves'; of 256 words one is from the octaves below, and these go
// through all four groups.
func normals() {
	TEXT("normalsVec", NOSPLIT, "func(out *float32, words *uint32, eights int, table *float32)")
	Doc("normalsVec turns eight words at a time into normals, eights ≥ 1 times. table is kernels.NormalTable as",
		"normalGroups orders it.")
	Pragma("noescape")
	out, in := Load(Param("out"), GP64()), Load(Param("words"), GP64())
	n, table := Load(Param("eights"), GP64()), Load(Param("table"), GP64())
	at := func(group, power int) Mem { return Mem{Base: table, Disp: 32 * (group*tableOctets + power)} }
	coefficients := each(tableOctets, func(i int, c VecVirtual) { VMOVUPS(at(common, i), c) })
	Label("normalsVec_loop")
	f, rare, t, octave, z, sign, lanes := YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), GP32()
	VMOVDQU(Mem{Base: in}, f)
	VPAND(twice(1<<31-1), f, f)
	VCVTDQ2PS(f, f)
	VCMPPS(U8(1), twice(0x4b000000), f, rare) // f < 2²³
	VMOVMSKPS(rare, lanes)
	TESTL(lanes, lanes)
	JNZ(LabelRef("normalsVec_rare"))
	mantissa(f, octave, t)
	polynomial(z, t, func(i int, c VecVirtual) { VPERMPS(coefficients[i], octave, c) })
	Label("normalsVec_sign")
	VMOVDQU(Mem{Base: in}, sign)
	VPAND(twice(1<<31), sign, sign)
	VPXOR(sign, z, z)
	VMOVUPS(z, Mem{Base: out})
	ADDQ(U8(32), in)
	ADDQ(U8(32), out)
	DECQ(n)
	JNZ(LabelRef("normalsVec_loop"))
	VZEROUPPER()
	RET()
	Label("normalsVec_rare")
	VANDPS(twice(0x3f000000), rare, rare) // ½
	VADDPS(rare, f, f)
	VPSUBD(twice(126<<23), f, octave)
	bit3, bit4 := YMM(), YMM()
	VPSLLD(U8(5), octave, bit3)
	VPSLLD(U8(4), octave, bit4)
	mantissa(f, octave, t)
	polynomial(z, t, func(i int, c VecVirtual) {
		low, high := YMM(), YMM()
		VPERMPS(at(0, i), octave, low)
		VPERMPS(at(1, i), octave, high)
		VBLENDVPS(bit3, high, low, low)
		VPERMPS(at(2, i), octave, high)
		VPERMPS(at(3, i), octave, c)
		VBLENDVPS(bit3, c, high, high)
		VBLENDVPS(bit4, high, low, c)
	})
	for i, c := range coefficients { // whose registers were needed
		VMOVUPS(at(common, i), c)
	}
	JMP(LabelRef("normalsVec_sign"))
}

// mantissa gives t = mantissa − 1.5 and, in an index's low bits, the exponent of
// f; it uses f up.
func mantissa(f, octave, t VecVirtual) {
	VMINPS(twice(0x4effffff), f, f) // the last float32 below 2³¹
	VPSRLD(U8(23), f, octave)
	VPAND(twice(1<<23-1), f, f)
	VPOR(twice(127<<23), f, f)
	VADDPS(twice(0xbfc00000), f, t) // −1.5
}

// polynomial rounds every product, as the reference does; by powers of t², so
// that little waits for one another.
func polynomial(z, t VecVirtual, coefficient func(i int, c VecVirtual)) {
	t2, c := YMM(), YMM()
	VMULPS(t, t, t2)
	coefficient(degree, z)
	for i := degree - 2; i >= 0; i -= 2 {
		VMULPS(t2, z, z)
		coefficient(i+1, c)
		VMULPS(t, c, c)
		even := YMM()
		coefficient(i, even)
		VADDPS(even, c, c)
		VADDPS(c, z, z)
	}
}
