package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A tile of 6×16 sums fills twelve of the sixteen registers; two hold a row of
// b, two an element of a.
const tileRows = 6

// tile writes the inner loop of a product for a number of rows; a masked one
// touches only the columns of c and bias that mask has set.
//
// Each sum is one chain of fused multiply-adds in the order of k. It begins at
// zero or, where a product is cut along k, at what c holds, so that neither the
// cut nor the tile's place changes a bit.
func tile(rows int, masked bool) {
	name := fmt.Sprintf("tile%dx16", rows)
	if masked {
		name = fmt.Sprintf("tile%dxMasked", rows)
	}
	TEXT(name, NOSPLIT, "func(k int, a *float32, rowStep, kStep uintptr, b, c *float32, cStep uintptr, bias *float32, mask *int32, flags uint)")
	Doc(name+" computes c = a·b for rows of a at byte steps rowStep and kStep, b packed sixteen wide, rows of c at",
		"byte step cStep. Flag 1 begins the sums at c, 2 adds bias, 4 sets negative sums to zero.")
	Pragma("noescape")
	t := &tileWriter{name: name, rows: rows, masked: masked}
	t.begin()
	t.loop()
	t.end()
	VZEROUPPER()
	RET()
}

type tileWriter struct {
	name   string
	rows   int
	masked bool
	sums   [tileRows][2]VecVirtual
	c      Register
	cStep  Register
	flags  Register
}

func (t *tileWriter) label(s string) string { return t.name + "_" + s }
func (t *tileWriter) ref(s string) LabelRef { return LabelRef(t.label(s)) }
func (t *tileWriter) whenFlag(bit int, to string) { // jumps when the flag is not set
	TESTQ(U32(uint32(bit)), t.flags)
	JZ(t.ref(to))
}

func (t *tileWriter) masks() [2]VecVirtual {
	m := Load(Param("mask"), GP64())
	m0, m1 := YMM(), YMM()
	VMOVDQU(Mem{Base: m}, m0)
	VMOVDQU(Mem{Base: m, Disp: 32}, m1)
	return [2]VecVirtual{m0, m1}
}

// eachRow calls f with the address of every row of c.
func (t *tileWriter) eachRow(f func(row int, at Mem)) {
	at := GP64()
	MOVQ(t.c, at)
	for i := range t.rows {
		f(i, Mem{Base: at})
		if i+1 < t.rows {
			ADDQ(t.cStep, at)
		}
	}
}

// begin sets the sums to zero or to c.
func (t *tileWriter) begin() {
	t.c, t.cStep = Load(Param("c"), GP64()), Load(Param("cStep"), GP64())
	t.flags = Load(Param("flags"), GP64())
	for i := range t.rows {
		for j := range 2 {
			t.sums[i][j] = YMM()
			VXORPS(t.sums[i][j], t.sums[i][j], t.sums[i][j])
		}
	}
	t.whenFlag(1, "depth")
	var m [2]VecVirtual
	if t.masked {
		m = t.masks()
	}
	t.eachRow(func(i int, at Mem) {
		for j := range 2 {
			if t.masked {
				VMASKMOVPS(at.Offset(32*j), m[j], t.sums[i][j])
			} else {
				VMOVUPS(at.Offset(32*j), t.sums[i][j])
			}
		}
	})
	Label(t.label("depth"))
}

// loop adds the products, four depths at a time and then one by one.
func (t *tileWriter) loop() {
	k, a := Load(Param("k"), GP64()), Load(Param("a"), GP64())
	rowStep, kStep := Load(Param("rowStep"), GP64()), Load(Param("kStep"), GP64())
	b := Load(Param("b"), GP64())
	a3 := GP64() // three rows further
	LEAQ(Mem{Base: rowStep, Index: rowStep, Scale: 2}, a3)
	ADDQ(a, a3)
	rowsAt := [tileRows]Mem{{Base: a}, {Base: a, Index: rowStep, Scale: 1}, {Base: a, Index: rowStep, Scale: 2},
		{Base: a3}, {Base: a3, Index: rowStep, Scale: 1}, {Base: a3, Index: rowStep, Scale: 2}}
	b0, b1 := YMM(), YMM()
	x := [2]VecVirtual{YMM(), YMM()}
	depth := func(at Mem) {
		VMOVUPS(at, b0)
		VMOVUPS(at.Offset(32), b1)
		for i := range t.rows {
			VBROADCASTSS(rowsAt[i], x[i%2])
			VFMADD231PS(b0, x[i%2], t.sums[i][0])
			VFMADD231PS(b1, x[i%2], t.sums[i][1])
		}
		ADDQ(kStep, a)
		if t.rows > 3 {
			ADDQ(kStep, a3)
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

// end adds the bias, applies ReLU and stores.
func (t *tileWriter) end() {
	Label(t.label("tail"))
	var m [2]VecVirtual
	t.whenFlag(2, "unbiased")
	bias := Load(Param("bias"), GP64())
	if t.masked {
		m = t.masks()
	}
	for j := range 2 {
		v := YMM()
		if t.masked {
			VMASKMOVPS(Mem{Base: bias}.Offset(32*j), m[j], v)
		} else {
			VMOVUPS(Mem{Base: bias}.Offset(32*j), v)
		}
		for i := range t.rows {
			VADDPS(v, t.sums[i][j], t.sums[i][j])
		}
	}
	Label(t.label("unbiased"))
	t.whenFlag(4, "store")
	zero := YMM()
	VXORPS(zero, zero, zero)
	for i := range t.rows {
		for j := range 2 {
			VMAXPS(t.sums[i][j], zero, t.sums[i][j]) // the sum comes second, so that NaN stays
		}
	}
	Label(t.label("store"))
	if t.masked {
		m = t.masks()
	}
	t.eachRow(func(i int, at Mem) {
		for j := range 2 {
			if t.masked {
				VMASKMOVPS(t.sums[i][j], m[j], at.Offset(32*j))
			} else {
				VMOVUPS(t.sums[i][j], at.Offset(32*j))
			}
		}
	})
}
