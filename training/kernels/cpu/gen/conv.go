package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// segmentBytes is the size of package cpu's segment, three ints: the places of its first
// element in the source and in the row, and of its mask, in bytes.
const segmentBytes = 24

// packPlaces writes panels of what filters see: each of k rows has the places of
// one panel, in segments of up to eight. A segment's store reaches past its end; what comes
// behind is stored later.
func packPlaces(stride int) {
	name := fmt.Sprintf("packPlaces%d", stride)
	TEXT(name, NOSPLIT, "func(dst *float32, dstStep uintptr, src *float32, offsets *int, k int, segments *int, count int)")
	Doc(fmt.Sprintf("%s writes k ≥ 1 rows at byte step: row i takes the segments, count ≥ 1, of every element at stride %d", name, stride),
		"from byte offsets[i] of src on. It writes up to seven elements past the last row.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	dstStep := Load(Param("dstStep"), GP64())
	offsets, k := Load(Param("offsets"), GP64()), Load(Param("k"), GP64())
	segments, count := Load(Param("segments"), GP64()), Load(Param("count"), GP64())
	base, s, left, at, masks := GP64(), GP64(), GP64(), GP64(), GP64()
	LEAQ(laneMasks(), masks)
	Label(name + "_row")
	MOVQ(Mem{Base: offsets}, base)
	ADDQ(src, base)
	MOVQ(segments, s)
	MOVQ(count, left)
	Label(name + "_segment")
	var x VecVirtual
	if stride == 1 {
		mask := YMM()
		MOVQ(Mem{Base: s, Disp: 16}, at)
		VMOVDQU(Mem{Base: masks, Index: at, Scale: 1}, mask)
		MOVQ(Mem{Base: s}, at)
		x = YMM()
		VMASKMOVPS(Mem{Base: base, Index: at, Scale: 1}, mask, x)
	} else {
		MOVQ(Mem{Base: s}, at)
		x = everySecond(Mem{Base: base, Index: at, Scale: 1})
	}
	MOVQ(Mem{Base: s, Disp: 8}, at)
	VMOVUPS(x, Mem{Base: dst, Index: at, Scale: 1})
	ADDQ(U8(segmentBytes), s)
	DECQ(left)
	JNZ(LabelRef(name + "_segment"))
	ADDQ(U8(8), offsets)
	ADDQ(dstStep, dst)
	DECQ(k)
	JNZ(LabelRef(name + "_row"))
	VZEROUPPER()
	RET()
}

// everySecond is elements 0, 2, … 14.
func everySecond(at Mem) VecVirtual {
	a, b := YMM(), YMM()
	VMOVUPS(at, a)
	VMOVUPS(at.Offset(32), b)
	VSHUFPS(U8(0x88), b, a, a)
	VPERMPD(U8(0xD8), a, a)
	return a
}

// packPatches4 writes panels of what places see of one channel, for filters of
// four by four.
func packPatches4() {
	TEXT("packPatches4", NOSPLIT, "func(dst *float32, dstStep uintptr, src *float32, step uintptr, places *int, n int)")
	Doc("packPatches4 writes n ≥ 1 rows of sixteen at byte step dstStep: row i is four rows of four, at byte step, from byte places[i] of src on.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	step, places, n := Load(Param("step"), GP64()), Load(Param("places"), GP64()), Load(Param("n"), GP64())
	step3, at, dstStep := GP64(), GP64(), Load(Param("dstStep"), GP64())
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	Label("packPatches4_row")
	MOVQ(Mem{Base: places}, at)
	ADDQ(src, at)
	x, y := YMM(), YMM()
	VMOVUPS(Mem{Base: at}, x.AsX())
	VINSERTF128(U8(1), Mem{Base: at, Index: step, Scale: 1}, x, x)
	VMOVUPS(Mem{Base: at, Index: step, Scale: 2}, y.AsX())
	VINSERTF128(U8(1), Mem{Base: at, Index: step3, Scale: 1}, y, y)
	VMOVUPS(x, Mem{Base: dst})
	VMOVUPS(y, Mem{Base: dst, Disp: 32})
	ADDQ(U8(8), places)
	ADDQ(dstStep, dst)
	DECQ(n)
	JNZ(LabelRef("packPatches4_row"))
	VZEROUPPER()
	RET()
}

// packPatches is packPatches4 for elements anywhere.
func packPatches() {
	TEXT("packPatches", NOSPLIT, "func(dst *float32, dstStep uintptr, src *float32, elements *int, places *int, n int)")
	Doc("packPatches writes n ≥ 1 rows of sixteen at byte step dstStep: row i has the elements at bytes elements[j] + places[i] of src.")
	Pragma("noescape")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	dstStep := Load(Param("dstStep"), GP64())
	elements, places, n := Load(Param("elements"), GP64()), Load(Param("places"), GP64()), Load(Param("n"), GP64())
	base, at, x := GP64(), [4]Register{GP64(), GP64(), GP64(), GP64()}, [4]VecVirtual{XMM(), XMM(), XMM(), XMM()}
	Label("packPatches_row")
	MOVQ(Mem{Base: places}, base)
	ADDQ(src, base)
	for j := range 16 {
		MOVQ(Mem{Base: elements, Disp: 8 * j}, at[j%4])
		VMOVSS(Mem{Base: base, Index: at[j%4], Scale: 1}, x[j%4])
		VMOVSS(x[j%4], Mem{Base: dst, Disp: 4 * j})
	}
	ADDQ(U8(8), places)
	ADDQ(dstStep, dst)
	DECQ(n)
	JNZ(LabelRef("packPatches_row"))
	VZEROUPPER()
	RET()
}

// tailMask is the mask of the last n mod 8 elements and the number of eights.
func tailMask(n Register) (mask VecVirtual, eights Register) {
	eights, rest := GP64(), GP64()
	MOVQ(n, eights)
	SHRQ(U8(3), eights)
	MOVQ(n, rest)
	ANDQ(U8(7), rest)
	return firstLanes(rest), eights
}

// addRuns adds rows of columns to rows of an image; a stride of 2 takes two rows
// of columns at a time, whose elements lie beside each other in the image. Past
// the end of a row it adds zeros, which changes no sum that began at +0.
func addRuns(stride int) {
	name := fmt.Sprintf("addRuns%d", stride)
	TEXT(name, NOSPLIT, "func(dst *float32, dstStep uintptr, a, b *float32, step uintptr, rows, n int)")
	if stride == 1 {
		Doc(name+" adds n elements of each of rows ≥ 1 rows of a to dst; steps are in bytes. It reads and writes up to eight",
			"elements past a row.")
	} else {
		Doc(name+" adds n elements of each of rows ≥ 1 rows of a to every second element of dst, and those of b to the others;",
			"steps are in bytes. It reads up to eight elements past a row and writes up to sixteen.")
	}
	Pragma("noescape")
	dst, dstStep := Load(Param("dst"), GP64()), Load(Param("dstStep"), GP64())
	a, b, step := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("step"), GP64())
	rows, n := Load(Param("rows"), GP64()), Load(Param("n"), GP64())
	mask, eights := tailMask(n)
	at, to, left := GP64(), GP64(), GP64()
	body := func(mask VecVirtual) {
		x := YMM()
		VMOVUPS(Mem{Base: a, Index: at, Scale: 1}, x)
		if mask != nil {
			VANDPS(mask, x, x)
		}
		if stride == 1 {
			VADDPS(Mem{Base: to}, x, x)
			VMOVUPS(x, Mem{Base: to})
			return
		}
		y, low, high := YMM(), YMM(), YMM()
		VMOVUPS(Mem{Base: b, Index: at, Scale: 1}, y)
		if mask != nil {
			VANDPS(mask, y, y)
		}
		VUNPCKLPS(y, x, low)
		VUNPCKHPS(y, x, high)
		VPERM2F128(U8(0x20), high, low, x)
		VPERM2F128(U8(0x31), high, low, y)
		VADDPS(Mem{Base: to}, x, x)
		VADDPS(Mem{Base: to, Disp: 32}, y, y)
		VMOVUPS(x, Mem{Base: to})
		VMOVUPS(y, Mem{Base: to, Disp: 32})
	}
	Label(name + "_row")
	XORQ(at, at)
	MOVQ(dst, to)
	MOVQ(eights, left)
	TESTQ(left, left)
	JZ(LabelRef(name + "_rest"))
	Label(name + "_eight")
	body(nil)
	ADDQ(U8(32), at)
	ADDQ(U8(uint8(32*stride)), to)
	DECQ(left)
	JNZ(LabelRef(name + "_eight"))
	Label(name + "_rest")
	TESTQ(U32(7), n)
	JZ(LabelRef(name + "_next"))
	body(mask)
	Label(name + "_next")
	ADDQ(step, a)
	ADDQ(step, b)
	ADDQ(dstStep, dst)
	DECQ(rows)
	JNZ(LabelRef(name + "_row"))
	VZEROUPPER()
	RET()
}

// shiftRuns copies rows and adds a number to each. The end of a row of eight or
// more is a register that overlaps the one before, because masked stores are slow.
func shiftRuns() {
	TEXT("shiftRuns", NOSPLIT, "func(dst *float32, dstStep uintptr, src *float32, srcStep uintptr, by *float32, byStep uintptr, rows, n int)")
	Doc("shiftRuns computes dst = src + by, by being a number for each of rows ≥ 1 rows of n ≥ 1 elements; steps are in bytes.")
	Pragma("noescape")
	dst, dstStep := Load(Param("dst"), GP64()), Load(Param("dstStep"), GP64())
	src, srcStep := Load(Param("src"), GP64()), Load(Param("srcStep"), GP64())
	by, byStep := Load(Param("by"), GP64()), Load(Param("byStep"), GP64())
	rows, n := Load(Param("rows"), GP64()), Load(Param("n"), GP64())
	mask, _ := tailMask(n)
	at, last, shift, x := GP64(), GP64(), YMM(), YMM()
	LEAQ(Mem{Base: n, Disp: -8}, last)
	Label("shiftRuns_row")
	VBROADCASTSS(Mem{Base: by}, shift)
	CMPQ(n, U8(8))
	JL(LabelRef("shiftRuns_short"))
	XORQ(at, at)
	Label("shiftRuns_eight")
	VADDPS(Mem{Base: src, Index: at, Scale: 4}, shift, x)
	VMOVUPS(x, Mem{Base: dst, Index: at, Scale: 4})
	ADDQ(U8(8), at)
	CMPQ(at, last)
	JLE(LabelRef("shiftRuns_eight"))
	VADDPS(Mem{Base: src, Index: last, Scale: 4}, shift, x)
	VMOVUPS(x, Mem{Base: dst, Index: last, Scale: 4})
	JMP(LabelRef("shiftRuns_next"))
	Label("shiftRuns_short")
	VMASKMOVPS(Mem{Base: src}, mask, x)
	VADDPS(shift, x, x)
	VMASKMOVPS(x, mask, Mem{Base: dst})
	Label("shiftRuns_next")
	ADDQ(srcStep, src)
	ADDQ(dstStep, dst)
	ADDQ(byStep, by)
	DECQ(rows)
	JNZ(LabelRef("shiftRuns_row"))
	VZEROUPPER()
	RET()
}
