package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A tile's sums fill twelve of the sixteen registers, as 6×16 or, where a
// product has few columns, as 12×8; two hold a row of b, two an element of a.
const (
	tileRows   = 6
	narrowRows = 12
)

// tile writes the inner loop of a product for a number of rows; a masked one
// touches only the columns of c and bias that mask has set.
//
// Each sum is one chain of fused multiply-adds in the order of k. It begins at
// zero or, where a product is cut along k, at what c holds, so that neither the
// cut nor the tile's place changes a bit.
func tile(rows, columns int, masked bool) {
	name := fmt.Sprintf("tile%dx%d", rows, columns)
	if masked {
		name += "Masked"
	}
	TEXT(name, NOSPLIT, "func(k int, a *float32, rowStep, kStep uintptr, b, c *float32, cStep uintptr, bias *float32, mask *int32, flags uint)")
	Doc(name+" computes c = a·b for rows of a at byte steps rowStep and kStep, b packed sixteen wide, rows of c at",
		"byte step cStep. Flag 1 begins the sums at c, 2 adds bias, 4 sets negative sums to zero.")
	Pragma("noescape")
	t := &tileWriter{name: name, rows: rows, registers: columns / 8, masked: masked}
	t.begin()
	t.loop()
	t.end()
	VZEROUPPER()
	RET()
}

type tileWriter struct {
	name      string
	rows      int
	registers int // of a row
	masked    bool
	sums      [narrowRows]vecs
}

func (t *tileWriter) label(s string) string { return t.name + "_" + s }
func (t *tileWriter) ref(s string) LabelRef { return LabelRef(t.label(s)) }

// unlessFlag jumps when a flag is not set.
func (t *tileWriter) unlessFlag(bit uint32, to string) {
	flags := Load(Param("flags"), GP64())
	TESTQ(U32(bit), flags)
	JZ(t.ref(to))
}

// masks are the registers' masks, nil without.
func (t *tileWriter) masks() vecs {
	if !t.masked {
		return nil
	}
	at := Load(Param("mask"), GP64())
	return each(t.registers, func(j int, m VecVirtual) { VMOVDQU(Mem{Base: at, Disp: 32 * j}, m) })
}

func load(mask vecs, j int, at Mem, x VecVirtual) {
	if mask != nil {
		VMASKMOVPS(at.Offset(32*j), mask[j], x)
	} else {
		VMOVUPS(at.Offset(32*j), x)
	}
}

// eachSum calls f with every register of sums and the address of its part of c.
func (t *tileWriter) eachSum(f func(sum VecVirtual, j int, at Mem)) {
	at, step := Load(Param("c"), GP64()), Load(Param("cStep"), GP64())
	for i := range t.rows {
		for j, sum := range t.sums[i] {
			f(sum, j, Mem{Base: at})
		}
		if i+1 < t.rows {
			ADDQ(step, at)
		}
	}
}

// begin sets the sums to zero or to c.
func (t *tileWriter) begin() {
	for i := range t.rows {
		t.sums[i] = each(t.registers, func(_ int, sum VecVirtual) { VXORPS(sum, sum, sum) })
	}
	t.unlessFlag(1, "depth")
	masks := t.masks()
	t.eachSum(func(sum VecVirtual, j int, at Mem) { load(masks, j, at, sum) })
	Label(t.label("depth"))
}

// loop adds the products, four depths at a time and then one by one.
func (t *tileWriter) loop() {
	k, b := Load(Param("k"), GP64()), Load(Param("b"), GP64())
	kStep := Load(Param("kStep"), GP64())
	pointers, rows := t.rowsOfA()
	row := each(t.registers, func(int, VecVirtual) {})
	x := [2]VecVirtual{YMM(), YMM()}
	depth := func(at Mem) {
		for j := range row {
			VMOVUPS(at.Offset(32*j), row[j])
		}
		for i := range t.rows {
			VBROADCASTSS(rows[i], x[i%2])
			for j, sum := range t.sums[i] {
				VFMADD231PS(row[j], x[i%2], sum)
			}
		}
		for _, p := range pointers {
			ADDQ(kStep, p)
		}
	}
	SUBQ(U8(4), k)
	JL(t.ref("rest"))
	Label(t.label("four"))
	for u := range 4 {
		depth(Mem{Base: b}.Offset(64 * u))
	}
	ADDQ(U32(256), b)
	SUBQ(U8(4), k)
	JGE(t.ref("four"))
	Label(t.label("rest"))
	ADDQ(U8(4), k)
	JZ(t.ref("tail"))
	Label(t.label("one"))
	depth(Mem{Base: b})
	ADDQ(U8(64), b)
	DECQ(k)
	JNZ(t.ref("one"))
}

// rowsOfA gives a pointer to every third row and the addresses of all.
func (t *tileWriter) rowsOfA() (pointers []Register, rows []Mem) {
	step, threeSteps := Load(Param("rowStep"), GP64()), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, threeSteps)
	for i := 0; i < t.rows; i += 3 {
		p := GP64()
		if i == 0 {
			Load(Param("a"), p)
		} else {
			LEAQ(Mem{Base: pointers[i/3-1], Index: threeSteps, Scale: 1}, p)
		}
		pointers = append(pointers, p)
		rows = append(rows, Mem{Base: p}, Mem{Base: p, Index: step, Scale: 1}, Mem{Base: p, Index: step, Scale: 2})
	}
	return pointers, rows
}

// end adds the bias, applies ReLU and stores.
func (t *tileWriter) end() {
	Label(t.label("tail"))
	t.unlessFlag(2, "unbiased")
	at, masks := Load(Param("bias"), GP64()), t.masks()
	bias := each(t.registers, func(j int, x VecVirtual) { load(masks, j, Mem{Base: at}, x) })
	for i := range t.rows {
		for j, sum := range t.sums[i] {
			VADDPS(bias[j], sum, sum)
		}
	}
	Label(t.label("unbiased"))
	t.unlessFlag(4, "store")
	zero := YMM()
	VXORPS(zero, zero, zero)
	for i := range t.rows {
		for _, sum := range t.sums[i] {
			VMAXPS(sum, zero, sum) // the sum comes second, so that NaN stays
		}
	}
	Label(t.label("store"))
	masks = t.masks()
	t.eachSum(func(sum VecVirtual, j int, at Mem) {
		if masks != nil {
			VMASKMOVPS(sum, masks[j], at.Offset(32*j))
		} else {
			VMOVUPS(sum, at.Offset(32*j))
		}
	})
}
