package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// With AVX-512 a tile's sums fill twenty-four of the thirty-two registers, as
// 12×32: for as many multiply-adds half the instructions of the tiles of sixteen
// columns, and each element of a is read half as often.
const wideRows = 12

// tile512 is tile for registers of sixteen lanes. It is always masked: that costs
// nothing where c is read and written once a tile. Each sum is the same chain.
func tile512(rows, columns int) {
	name := fmt.Sprintf("tile%dx%dWide", rows, columns)
	TEXT(name, NOSPLIT, "func(k int, a *float32, rowStep, kStep uintptr, b, c *float32, cStep uintptr, bias *float32, mask *int32, flags uint)")
	Doc(fmt.Sprintf("%s is tile%dx16Masked with AVX-512, b packed %d wide.", name, min(rows, tileRows), columns))
	Pragma("noescape")
	t := &tile512Writer{tileWriter: tileWriter{name: name, rows: rows, registers: columns / 16}}
	t.begin()
	t.loop()
	t.end()
	VZEROUPPER()
	RET()
}

// tile512Writer has the sums in registers of AVX-512.
type tile512Writer struct {
	tileWriter
	masks [2]OpmaskVirtual
}

func each512(n int, f func(i int, x VecVirtual)) vecs {
	out := make(vecs, n)
	for i := range out {
		out[i] = ZMM()
		f(i, out[i])
	}
	return out
}

func zero512(x VecVirtual) { VPXORD(x, x, x) }

// begin sets the sums to zero or to c.
func (t *tile512Writer) begin() {
	at := Load(Param("mask"), GP64())
	for j := range t.registers {
		x := ZMM()
		t.masks[j] = K()
		VMOVDQU32(Mem{Base: at, Disp: 64 * j}, x)
		VPTESTMD(x, x, t.masks[j])
	}
	for i := range t.rows {
		t.sums[i] = each512(t.registers, func(_ int, sum VecVirtual) { zero512(sum) })
	}
	t.unlessFlag(1, "new")
	t.eachSum(func(sum VecVirtual, j int, at Mem) { VMOVUPS_Z(at.Offset(64*j), t.masks[j], sum) })
	t.prefetch(64 * t.registers) // where the next panel's tile begins
	JMP(t.ref("depth"))
	Label(t.label("new"))
	t.prefetch(0) // to store there without waiting
	Label(t.label("depth"))
}

// prefetch asks for c's rows, from a number of bytes on.
func (t *tile512Writer) prefetch(offset int) {
	t.eachSum(func(_ VecVirtual, j int, at Mem) { PREFETCHT0(at.Offset(offset + 64*j)) })
}

// loop adds the products, four depths at a time and then one by one.
func (t *tile512Writer) loop() {
	k, b := Load(Param("k"), GP64()), Load(Param("b"), GP64())
	kStep := Load(Param("kStep"), GP64())
	pointers, rows := t.rowsOfA()
	row := each512(t.registers, func(int, VecVirtual) {})
	x := each512(4, func(int, VecVirtual) {})
	depth := func(at Mem) {
		for j := range row {
			VMOVUPS(at.Offset(64*j), row[j])
		}
		for i := range t.rows {
			VBROADCASTSS(rows[i], x[i%len(x)])
			for j, sum := range t.sums[i] {
				VFMADD231PS(row[j], x[i%len(x)], sum)
			}
		}
		for _, p := range pointers {
			ADDQ(kStep, p)
		}
	}
	bytes := 64 * t.registers
	SUBQ(U8(4), k)
	JL(t.ref("rest"))
	Label(t.label("four"))
	for u := range 4 {
		depth(Mem{Base: b}.Offset(bytes * u))
	}
	ADDQ(U32(uint32(4*bytes)), b)
	SUBQ(U8(4), k)
	JGE(t.ref("four"))
	Label(t.label("rest"))
	ADDQ(U8(4), k)
	JZ(t.ref("tail"))
	Label(t.label("one"))
	depth(Mem{Base: b})
	ADDQ(U32(uint32(bytes)), b)
	DECQ(k)
	JNZ(t.ref("one"))
}

// end adds the bias, applies ReLU and stores.
func (t *tile512Writer) end() {
	Label(t.label("tail"))
	t.unlessFlag(2, "unbiased")
	at := Load(Param("bias"), GP64())
	bias := each512(t.registers, func(j int, x VecVirtual) { VMOVUPS_Z(Mem{Base: at, Disp: 64 * j}, t.masks[j], x) })
	for i := range t.rows {
		for j, sum := range t.sums[i] {
			VADDPS(bias[j], sum, sum)
		}
	}
	Label(t.label("unbiased"))
	t.unlessFlag(4, "store")
	zero := ZMM()
	zero512(zero)
	for i := range t.rows {
		for _, sum := range t.sums[i] {
			VMAXPS(sum, zero, sum) // the sum comes second, so that NaN stays
		}
	}
	Label(t.label("store"))
	t.eachSum(func(sum VecVirtual, j int, at Mem) { VMOVUPS(sum, t.masks[j], at.Offset(64*j)) })
}

// packRows32 writes panels of thirty-two columns, row by row through all of them:
// rows of a large matrix lie in pages of their own, and each is looked up once.
func packRows32() {
	TEXT("packRows32", NOSPLIT, "func(dst *float32, panelStep uintptr, src *float32, step uintptr, k, panels int)")
	Doc("packRows32 copies k ≥ 1 rows at byte step into panels ≥ 1 panels of thirty-two columns that lie panelStep bytes",
		"apart, with AVX-512.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	step, k := Load(Param("step"), GP64()), Load(Param("k"), GP64())
	panelStep, panels := Load(Param("panelStep"), GP64()), Load(Param("panels"), GP64())
	from, to, left := GP64(), GP64(), GP64()
	x := each512(2, func(int, VecVirtual) {})
	Label("packRows32_row")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(panels, left)
	Label("packRows32_panel")
	for j := range x {
		VMOVUPS(Mem{Base: from, Disp: 64 * j}, x[j])
	}
	for j := range x {
		VMOVUPS(x[j], Mem{Base: to, Disp: 64 * j})
	}
	ADDQ(U32(128), from)
	ADDQ(panelStep, to)
	DECQ(left)
	JNZ(LabelRef("packRows32_panel"))
	ADDQ(step, src)
	ADDQ(U32(128), dst)
	DECQ(k)
	JNZ(LabelRef("packRows32_row"))
	VZEROUPPER()
	RET()
}

// packRows32Masked is packRows for thirty-two columns.
func packRows32Masked() {
	TEXT("packRows32Masked", NOSPLIT, "func(dst, src *float32, step uintptr, k int, mask *int32)")
	Doc("packRows32Masked is packRows for up to thirty-two columns, with AVX-512.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	step, k := Load(Param("step"), GP64()), Load(Param("k"), GP64())
	at := Load(Param("mask"), GP64())
	masks := [2]OpmaskVirtual{K(), K()}
	x := each512(2, func(j int, x VecVirtual) {
		VMOVDQU32(Mem{Base: at, Disp: 64 * j}, x)
		VPTESTMD(x, x, masks[j])
	})
	Label("packRows32Masked_loop")
	for j := range x {
		VMOVUPS_Z(Mem{Base: src, Disp: 64 * j}, masks[j], x[j])
	}
	for j := range x {
		VMOVUPS(x[j], Mem{Base: dst, Disp: 64 * j})
	}
	ADDQ(step, src)
	ADDQ(U32(128), dst)
	DECQ(k)
	JNZ(LabelRef("packRows32Masked_loop"))
	VZEROUPPER()
	RET()
}

// peak512 is peak with AVX-512.
func peak512() {
	const chains = 14
	TEXT("peakFMA512", NOSPLIT, "func(n int)")
	Doc("peakFMA512 does n times 14 fused multiply-adds of sixteen lanes.")
	n, x := Load(Param("n"), GP64()), ZMM()
	zero512(x)
	sums := each512(chains, func(_ int, s VecVirtual) { zero512(s) })
	Label("peakFMA512_loop")
	for _, s := range sums {
		VFMADD231PS(x, x, s)
	}
	DECQ(n)
	JNZ(LabelRef("peakFMA512_loop"))
	VZEROUPPER()
	RET()
}
