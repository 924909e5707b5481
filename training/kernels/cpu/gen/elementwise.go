package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// eights writes a loop over n elements, eight at a time; the last few go
// through the same instructions under a mask, so an element's value does not
// depend on its place. body gets the pointers and how to load and store.
func eights(name string, n Register, pointers []Register, body func(load func(p Register) VecVirtual, store func(x VecVirtual, p Register))) {
	Label(name + "_loop")
	SUBQ(U8(8), n)
	JL(LabelRef(name + "_rest"))
	body(func(p Register) VecVirtual {
		x := YMM()
		VMOVUPS(Mem{Base: p}, x)
		return x
	}, func(x VecVirtual, p Register) { VMOVUPS(x, Mem{Base: p}) })
	for _, p := range pointers {
		ADDQ(U8(32), p)
	}
	JMP(LabelRef(name + "_loop"))
	Label(name + "_rest")
	ADDQ(U8(8), n)
	JZ(LabelRef(name + "_end"))
	mask := firstLanes(n)
	body(func(p Register) VecVirtual {
		x := YMM()
		VMASKMOVPS(Mem{Base: p}, mask, x)
		return x
	}, func(x VecVirtual, p Register) { VMASKMOVPS(x, mask, Mem{Base: p}) })
	Label(name + "_end")
	VZEROUPPER()
	RET()
}

// firstLanes is the mask of the first n of eight lanes; it uses n up.
func firstLanes(n Register) VecVirtual {
	at, mask := GP64(), YMM()
	LEAQ(laneMasks(), at)
	NEGQ(n)
	VMOVDQU(Mem{Base: at, Index: n, Scale: 4, Disp: 32}, mask)
	return mask
}

func add() {
	TEXT("addVec", NOSPLIT, "func(out, a, b *float32, n int)")
	Doc("addVec computes out = a + b.")
	Pragma("noescape")
	out, a, b := Load(Param("out"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	n := Load(Param("n"), GP64())
	eights("addVec", n, []Register{out, a, b}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		x, y := load(a), load(b)
		VADDPS(y, x, x)
		store(x, out)
	})
}

func scale() {
	TEXT("scaleVec", NOSPLIT, "func(out, x *float32, n int, c float32)")
	Doc("scaleVec computes out = c·x.")
	Pragma("noescape")
	out, x := Load(Param("out"), GP64()), Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	c := broadcast32("c")
	eights("scaleVec", n, []Register{out, x}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		v := load(x)
		VMULPS(v, c, v)
		store(v, out)
	})
}

func reluGrad() {
	TEXT("reluGradVec", NOSPLIT, "func(out, y, grad *float32, n int)")
	Doc("reluGradVec computes out = grad where y > 0, else 0.")
	Pragma("noescape")
	out, y, g := Load(Param("out"), GP64()), Load(Param("y"), GP64()), Load(Param("grad"), GP64())
	n := Load(Param("n"), GP64())
	zero := YMM()
	VXORPS(zero, zero, zero)
	eights("reluGradVec", n, []Register{out, y, g}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		v, w := load(y), load(g)
		VCMPPS(U8(1), v, zero, v) // 0 < y
		VANDPS(w, v, v)
		store(v, out)
	})
}

// columnSum adds rows in order, thirty-two columns at a time, then eight.
func columnSum() {
	TEXT("columnSum", NOSPLIT, "func(out, x *float32, rows, cols int)")
	Doc("columnSum adds the rows of x in order.")
	Pragma("noescape")
	out, x := Load(Param("out"), GP64()), Load(Param("x"), GP64())
	rows, cols := Load(Param("rows"), GP64()), Load(Param("cols"), GP64())
	step := GP64()
	MOVQ(cols, step)
	SHLQ(U8(2), step)
	block := func(name string, width int) {
		Label("columnSum_" + name)
		SUBQ(U8(8*width), cols)
		JL(LabelRef("columnSum_past" + name))
		sums := sumRows(name, x, rows, step, width, func(at Mem, sum VecVirtual) { VADDPS(at, sum, sum) })
		for i, s := range sums {
			VMOVUPS(s, Mem{Base: out, Disp: 32 * i})
		}
		ADDQ(U32(uint32(32*width)), out)
		ADDQ(U32(uint32(32*width)), x)
		JMP(LabelRef("columnSum_" + name))
		Label("columnSum_past" + name)
		ADDQ(U8(8*width), cols)
	}
	block("four", 4)
	block("one", 1)
	TESTQ(cols, cols)
	JZ(LabelRef("columnSum_end"))
	mask, v := firstLanes(cols), YMM()
	last := sumRows("rest", x, rows, step, 1, func(at Mem, sum VecVirtual) {
		VMASKMOVPS(at, mask, v)
		VADDPS(v, sum, sum)
	})
	VMASKMOVPS(last[0], mask, Mem{Base: out})
	Label("columnSum_end")
	VZEROUPPER()
	RET()
}

func sumRows(name string, x, rows, step Register, width int, add func(at Mem, sum VecVirtual)) []VecVirtual {
	sums := make([]VecVirtual, width)
	for i := range sums {
		sums[i] = YMM()
		VXORPS(sums[i], sums[i], sums[i])
	}
	at, left := GP64(), GP64()
	MOVQ(x, at)
	MOVQ(rows, left)
	Label("columnSum_rows" + name)
	for i := range sums {
		add(Mem{Base: at, Disp: 32 * i}, sums[i])
	}
	ADDQ(step, at)
	DECQ(left)
	JNZ(LabelRef("columnSum_rows" + name))
	return sums
}

// adam rounds every product before it is added, as the reference does.
func adam() {
	TEXT("adamVec", NOSPLIT, "func(w, m, v, grad *float32, n int, b1, b2, rate, eps float32)")
	Doc("adamVec computes m += b1·(grad−m); v += b2·(grad²−v); w −= rate·m/(√v+eps).")
	Pragma("noescape")
	w, m, v, g := Load(Param("w"), GP64()), Load(Param("m"), GP64()), Load(Param("v"), GP64()), Load(Param("grad"), GP64())
	n := Load(Param("n"), GP64())
	b1, b2, rate, eps := broadcast32("b1"), broadcast32("b2"), broadcast32("rate"), broadcast32("eps")
	eights("adamVec", n, []Register{w, m, v, g}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		gs, ms, vs, ws, t := load(g), load(m), load(v), load(w), YMM()
		VSUBPS(ms, gs, t)
		VMULPS(t, b1, t)
		VADDPS(t, ms, ms)
		store(ms, m)
		VMULPS(gs, gs, gs)
		VSUBPS(vs, gs, gs)
		VMULPS(gs, b2, gs)
		VADDPS(gs, vs, vs)
		store(vs, v)
		VSQRTPS(vs, vs)
		VADDPS(eps, vs, vs)
		VMULPS(ms, rate, ms)
		VDIVPS(vs, ms, ms)
		VSUBPS(ms, ws, ws)
		store(ws, w)
	})
}

// finite multiplies by zero: what is not finite becomes NaN, and a sum that holds
// a NaN stays one.
func finite() {
	TEXT("finiteVec", NOSPLIT, "func(x *float32, n int) bool")
	Doc("finiteVec tells whether all of n values are finite, n ≥ 1.")
	Pragma("noescape")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	zero := YMM()
	VXORPS(zero, zero, zero)
	sums := each(4, func(_ int, s VecVirtual) { VXORPS(s, s, s) })
	for i, w := range []int{4, 1} {
		label := []string{"finiteVec_four", "finiteVec_one"}[i]
		Label(label)
		SUBQ(U8(8*w), n)
		JL(LabelRef(label + "past"))
		for j := range w {
			VFMADD231PS(Mem{Base: x, Disp: 32 * j}, zero, sums[j])
		}
		ADDQ(U32(uint32(32*w)), x)
		JMP(LabelRef(label))
		Label(label + "past")
		ADDQ(U8(8*w), n)
	}
	mask, rest := firstLanes(n), YMM()
	VMASKMOVPS(Mem{Base: x}, mask, rest)
	VFMADD231PS(rest, zero, sums[0])
	for _, s := range sums[1:] {
		VADDPS(s, sums[0], sums[0])
	}
	lanes, all := GP32(), GP8()
	VCMPPS(U8(3), sums[0], sums[0], sums[0]) // unordered
	VMOVMSKPS(sums[0], lanes)
	TESTL(lanes, lanes)
	SETEQ(all)
	Store(all, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
