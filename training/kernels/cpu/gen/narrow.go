package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The kernels below are for products of which one side is at most two long.
// Every sum is the same chain of fused multiply-adds as a tile's.

// columnBlocks goes over n columns, 8·width at a time, then eight, then the last
// few under a mask; each call of body writes one block, and step moves on by the
// bytes of its columns.
func columnBlocks(name string, n Register, width int, body func(label string, width int, mask VecVirtual), step func(registers int)) {
	for i, w := range []int{width, 1} {
		label := fmt.Sprintf("%s_by%d", name, i)
		Label(label)
		SUBQ(U8(8*w), n)
		JL(LabelRef(label + "past"))
		body(label, w, nil)
		step(w)
		JMP(LabelRef(label))
		Label(label + "past")
		ADDQ(U8(8*w), n)
	}
	TESTQ(n, n)
	JZ(LabelRef(name + "_end"))
	body(name+"_rest", 1, firstLanes(n))
	Label(name + "_end")
	VZEROUPPER()
	RET()
}

// loaded is a register of memory, under a mask where there is one.
func loaded(at Mem, mask VecVirtual) VecVirtual {
	x := YMM()
	if mask != nil {
		VMASKMOVPS(at, mask, x)
	} else {
		VMOVUPS(at, x)
	}
	return x
}

func stored(x VecVirtual, mask VecVirtual, at Mem) {
	if mask != nil {
		VMASKMOVPS(x, mask, at)
	} else {
		VMOVUPS(x, at)
	}
}

// low writes the product of one or two rows of a with b as it lies in memory.
func low(rows, width int) {
	name := fmt.Sprintf("low%d", rows)
	TEXT(name, NOSPLIT, "func(k int, a *float32, rowStep, kStep uintptr, b *float32, bStep uintptr, c *float32, cStep uintptr, n int)")
	Doc(fmt.Sprintf("%s computes %d rows of n columns of c = a·b, of k ≥ 1 terms; steps are in bytes.", name, rows))
	Pragma("noescape")
	a, b, c := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	rowStep, kStep, bStep := Load(Param("rowStep"), GP64()), Load(Param("kStep"), GP64()), Load(Param("bStep"), GP64())
	cStep, n := Load(Param("cStep"), GP64()), Load(Param("n"), GP64())
	columnBlocks(name, n, width, func(label string, width int, mask VecVirtual) {
		sums := make([]vecs, rows)
		for i := range sums {
			sums[i] = each(width, func(_ int, s VecVirtual) { VXORPS(s, s, s) })
		}
		pa, pb, left := GP64(), GP64(), Load(Param("k"), GP64())
		MOVQ(a, pa)
		MOVQ(b, pb)
		Label(label + "depth")
		x := each(rows, func(i int, x VecVirtual) {
			VBROADCASTSS([]Mem{{Base: pa}, {Base: pa, Index: rowStep, Scale: 1}}[i], x)
		})
		for j := range width {
			y := loaded(Mem{Base: pb, Disp: 32 * j}, mask)
			for i := range rows {
				VFMADD231PS(y, x[i], sums[i][j])
			}
		}
		ADDQ(kStep, pa)
		ADDQ(bStep, pb)
		DECQ(left)
		JNZ(LabelRef(label + "depth"))
		for i := range rows {
			for j, s := range sums[i] {
				stored(s, mask, []Mem{{Base: c, Disp: 32 * j}, {Base: c, Index: cStep, Scale: 1, Disp: 32 * j}}[i])
			}
		}
	}, func(registers int) {
		ADDQ(U32(uint32(32*registers)), b)
		ADDQ(U32(uint32(32*registers)), c)
	})
}

// shallow writes a product of one or two terms, with bias and floor.
func shallow(depth, width int) {
	name := fmt.Sprintf("shallow%d", depth)
	TEXT(name, NOSPLIT, "func(rows int, a *float32, rowStep, kStep uintptr, b *float32, bStep uintptr, c *float32, cStep uintptr, bias *float32, biasStep uintptr, n int, floor float32)")
	Doc(fmt.Sprintf("%s computes rows ≥ 1 rows of n columns of c = max(a·b + bias, floor), of %d terms; steps are in bytes,", name, depth),
		"biasStep that of eight columns.")
	Pragma("noescape")
	a, b, c := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("c"), GP64())
	rowStep, kStep, bStep := Load(Param("rowStep"), GP64()), Load(Param("kStep"), GP64()), Load(Param("bStep"), GP64())
	cStep, n := Load(Param("cStep"), GP64()), Load(Param("n"), GP64())
	bias := Load(Param("bias"), GP64())
	columnBlocks(name, n, width, func(label string, width int, mask VecVirtual) {
		y := make([]vecs, depth)
		for k := range y {
			y[k] = each(width, func(int, VecVirtual) {})
			for j := range y[k] {
				y[k][j] = loaded([]Mem{{Base: b, Disp: 32 * j}, {Base: b, Index: bStep, Scale: 1, Disp: 32 * j}}[k], mask)
			}
		}
		biasStep, floor := Load(Param("biasStep"), GP64()), broadcast32("floor")
		biases := make(vecs, width)
		for j := range biases {
			biases[j] = loaded(Mem{Base: bias}, mask)
			ADDQ(biasStep, bias)
		}
		pa, pc, left := GP64(), GP64(), Load(Param("rows"), GP64())
		MOVQ(a, pa)
		MOVQ(c, pc)
		Label(label + "row")
		x := each(depth, func(k int, x VecVirtual) {
			VBROADCASTSS([]Mem{{Base: pa}, {Base: pa, Index: kStep, Scale: 1}}[k], x)
		})
		for j := range width {
			s := YMM()
			VXORPS(s, s, s)
			for k := range depth {
				VFMADD231PS(y[k][j], x[k], s)
			}
			VADDPS(biases[j], s, s)
			VMAXPS(s, floor, s) // the sum comes second, so that NaN stays
			stored(s, mask, Mem{Base: pc, Disp: 32 * j})
		}
		ADDQ(rowStep, pa)
		ADDQ(cStep, pc)
		DECQ(left)
		JNZ(LabelRef(label + "row"))
	}, func(registers int) {
		ADDQ(U32(uint32(32*registers)), b)
		ADDQ(U32(uint32(32*registers)), c)
	})
}
