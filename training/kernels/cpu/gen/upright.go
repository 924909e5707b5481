package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Rows of a that upright takes at once: two registers' lanes.
const uprightRows = 16

// spread copies values into eight lanes each.
func spread() {
	TEXT("spread", NOSPLIT, "func(dst *float32, dstStep uintptr, src *float32, srcStep uintptr, n int)")
	Doc("spread writes each of n ≥ 1 values eight times beside each other; steps are in bytes.")
	Pragma("noescape")
	dst, dstStep := Load(Param("dst"), GP64()), Load(Param("dstStep"), GP64())
	src, srcStep := Load(Param("src"), GP64()), Load(Param("srcStep"), GP64())
	n, x := Load(Param("n"), GP64()), YMM()
	Label("spread_loop")
	VBROADCASTSS(Mem{Base: src}, x)
	VMOVUPS(x, Mem{Base: dst})
	ADDQ(srcStep, src)
	ADDQ(dstStep, dst)
	DECQ(n)
	JNZ(LabelRef("spread_loop"))
	VZEROUPPER()
	RET()
}

// upright writes a product with one or two columns. A lane has a row: four
// elements of eight rows are turned into four registers, whose products go on
// with each row's chain in the order of the depth.
func upright(columns int) {
	name := fmt.Sprintf("upright%d", columns)
	TEXT(name, NOSPLIT, "func(sixteens, fours int, a *float32, rowStep uintptr, b, c, bias *float32, floor float32)")
	Doc(fmt.Sprintf("%s computes sixteen rows at a time, sixteens ≥ 1 times, of c = max(a·b + bias, floor), which has %d columns,", name, columns),
		"of 4·fours ≥ 4 terms; rowStep is in bytes, b is spread, c has no gaps.")
	Pragma("noescape")
	rows, step, step3 := Load(Param("a"), GP64()), Load(Param("rowStep"), GP64()), GP64()
	c, n := Load(Param("c"), GP64()), Load(Param("sixteens"), GP64())
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	Label(name + "_rows")
	near, far := [2]Register{GP64(), GP64()}, [2]Register{GP64(), GP64()}
	MOVQ(rows, near[0])
	LEAQ(Mem{Base: near[0], Index: step, Scale: 4}, far[0])
	LEAQ(Mem{Base: near[0], Index: step, Scale: 8}, near[1])
	LEAQ(Mem{Base: near[1], Index: step, Scale: 4}, far[1])
	LEAQ(Mem{Base: near[1], Index: step, Scale: 8}, rows)
	var sums [2]vecs
	for g := range sums {
		sums[g] = each(columns, func(_ int, s VecVirtual) { VXORPS(s, s, s) })
	}
	b, left := Load(Param("b"), GP64()), Load(Param("fours"), GP64())
	Label(name + "_depth")
	for g := range sums {
		for p, x := range columnsOf(near[g], far[g], step, step3) {
			for j, s := range sums[g] {
				VFMADD231PS(Mem{Base: b, Disp: 32 * (columns*p + j)}, x, s)
			}
		}
		ADDQ(U8(16), near[g])
		ADDQ(U8(16), far[g])
	}
	ADDQ(U32(uint32(4*32*columns)), b)
	DECQ(left)
	JNZ(LabelRef(name + "_depth"))
	bias, floor, shift := Load(Param("bias"), GP64()), broadcast32("floor"), YMM()
	for j := range columns {
		VBROADCASTSS(Mem{Base: bias, Disp: 4 * j}, shift)
		for g := range sums {
			VADDPS(shift, sums[g][j], sums[g][j])
			VMAXPS(sums[g][j], floor, sums[g][j]) // the sum comes second, so that NaN stays
		}
	}
	for g := range sums {
		for i, x := range woven(sums[g]) {
			VMOVUPS(x, Mem{Base: c, Disp: 32 * (columns*g + i)})
		}
	}
	ADDQ(U32(uint32(64*columns)), c)
	DECQ(n)
	JNZ(LabelRef(name + "_rows"))
	VZEROUPPER()
	RET()
}

// columnsOf turns four elements of four rows from near and four from far on.
func columnsOf(near, far, step, step3 Register) [4]VecVirtual {
	at := func(base Register) [4]Mem {
		return [4]Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: step3, Scale: 1}}
	}
	n, f := at(near), at(far)
	x := each(4, func(i int, x VecVirtual) {
		VBROADCASTF128(n[i], x)
		VINSERTF128(U8(1), f[i], x, x)
	})
	lo, hi := [2]VecVirtual{YMM(), YMM()}, [2]VecVirtual{YMM(), YMM()}
	for i := range lo {
		VUNPCKLPS(x[2*i+1], x[2*i], lo[i])
		VUNPCKHPS(x[2*i+1], x[2*i], hi[i])
	}
	out := [4]VecVirtual{YMM(), YMM(), YMM(), YMM()}
	VUNPCKLPD(lo[1], lo[0], out[0])
	VUNPCKHPD(lo[1], lo[0], out[1])
	VUNPCKLPD(hi[1], hi[0], out[2])
	VUNPCKHPD(hi[1], hi[0], out[3])
	return out
}

// woven puts two columns of eight rows into the order of the rows.
func woven(columns vecs) vecs {
	if len(columns) == 1 {
		return columns
	}
	lo, hi := YMM(), YMM()
	VUNPCKLPS(columns[1], columns[0], lo)
	VUNPCKHPS(columns[1], columns[0], hi)
	return each(2, func(i int, x VecVirtual) { VPERM2F128(U8([]uint8{0x20, 0x31}[i]), hi, lo, x) })
}
