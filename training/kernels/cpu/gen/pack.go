package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// packRows copies up to sixteen columns of k rows.
func packRows() {
	TEXT("packRows", NOSPLIT, "func(dst, src *float32, step uintptr, k int, mask *int32)")
	Doc("packRows copies the columns that mask has set of k ≥ 1 rows at byte step, sixteen wide, zeros elsewhere.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	step, k := Load(Param("step"), GP64()), Load(Param("k"), GP64())
	mask := Load(Param("mask"), GP64())
	m0, m1, x0, x1 := YMM(), YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: mask}, m0)
	VMOVDQU(Mem{Base: mask, Disp: 32}, m1)
	Label("packRows_loop")
	VMASKMOVPS(Mem{Base: src}, m0, x0)
	VMASKMOVPS(Mem{Base: src, Disp: 32}, m1, x1)
	VMOVUPS(x0, Mem{Base: dst})
	VMOVUPS(x1, Mem{Base: dst, Disp: 32})
	ADDQ(step, src)
	ADDQ(U8(64), dst)
	DECQ(k)
	JNZ(LabelRef("packRows_loop"))
	VZEROUPPER()
	RET()
}

// packColumns turns sixteen rows of src into sixteen columns of a panel, eight by
// eight.
func packColumns(width int) {
	name := fmt.Sprintf("packColumns%d", width)
	TEXT(name, NOSPLIT, "func(dst, src *float32, step uintptr, eights int)")
	Doc(name+" writes element p of sixteen rows at byte step next to each other, for 8·eights elements, eights ≥ 1,",
		fmt.Sprintf("into a panel %d wide.", width))
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	step, n := Load(Param("step"), GP64()), Load(Param("eights"), GP64())
	step3, far, src8 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	LEAQ(Mem{Base: src, Index: step, Scale: 8}, src8)
	Label(name + "_loop")
	for half, from := range []Register{src, src8} {
		LEAQ(Mem{Base: from, Index: step, Scale: 4}, far)
		var rows [8]VecVirtual
		for i := range rows {
			rows[i] = YMM()
			base := []Register{from, far}[i/4]
			at := []Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: step3, Scale: 1}}
			VMOVUPS(at[i%4], rows[i])
		}
		for p, column := range transpose8(rows) {
			VMOVUPS(column, Mem{Base: dst, Disp: 4*width*p + 32*half})
		}
	}
	ADDQ(U8(32), src)
	ADDQ(U8(32), src8)
	ADDQ(U32(uint32(32*width)), dst)
	DECQ(n)
	JNZ(LabelRef(name + "_loop"))
	VZEROUPPER()
	RET()
}

func transpose8(r [8]VecVirtual) (out [8]VecVirtual) {
	var pairs, fours [8]VecVirtual
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(r[i+1], r[i], pairs[i])
		VUNPCKHPS(r[i+1], r[i], pairs[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for j := range 2 { // columns 2j and 2j+1 of four rows
			lo, hi := YMM(), YMM()
			VSHUFPS(U8(0x44), pairs[i+2+j], pairs[i+j], lo)
			VSHUFPS(U8(0xEE), pairs[i+2+j], pairs[i+j], hi)
			fours[i+2*j], fours[i+2*j+1] = lo, hi
		}
	}
	for j := range 4 {
		out[j], out[j+4] = YMM(), YMM()
		VPERM2F128(U8(0x20), fours[j+4], fours[j], out[j])
		VPERM2F128(U8(0x31), fours[j+4], fours[j], out[j+4])
	}
	return out
}
