package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// pair is two samples' coordinates, each kernels after the last, of eight
// kernels at a time.
type pair struct {
	name       string
	step, dims Register // bytes between coordinates, their number
	at, left   Register
	place      Register
	turns      int // coordinate loops written, for their labels
}

func newPair(name string) *pair {
	p := &pair{name: name, step: GP64(), dims: Load(Param("dims"), GP64()), at: GP64(), left: GP64(), place: GP64()}
	Load(Param("n"), p.step)
	SHLQ(U8(2), p.step)
	return p
}

// coordinates writes a loop over the coordinates; at(x) is where the one under
// way of x is.
func (p *pair) coordinates(body func(at func(x Register) Register)) {
	p.turns++
	label := fmt.Sprintf("%s_coordinates%d", p.name, p.turns)
	XORQ(p.at, p.at)
	MOVQ(p.dims, p.left)
	Label(label)
	body(func(x Register) Register {
		LEAQ(Mem{Base: x, Index: p.at, Scale: 1}, p.place)
		return p.place
	})
	ADDQ(p.step, p.at)
	DECQ(p.left)
	JNZ(LabelRef(label))
}

// closeness is exp(−Σ|a − b|).
func (p *pair) closeness(a, b Register, load func(Register) VecVirtual) lanes {
	distance := YMM()
	VXORPS(distance, distance, distance)
	p.coordinates(func(at func(Register) Register) {
		d := sub32(load(at(a)), load(at(b)))
		VADDPS(magnitude32(d), distance, distance)
	})
	return expNegative32(negated32(distance))
}

func similar() {
	TEXT("similarRow", NOSPLIT, "func(outA, outB, a, b *float32, n, dims int)")
	Doc("similarRow adds exp(−Σ|a − b|) of n kernels of dims ≥ 1 coordinates, n apart, to outA and outB.")
	Pragma("noescape")
	outA, outB := Load(Param("outA"), GP64()), Load(Param("outB"), GP64())
	a, b, n := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	p := newPair("similarRow")
	eights("similarRow", n, []Register{outA, outB, a, b}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		e := p.closeness(a, b, load)
		store(plus32(load(outA), e), outA)
		store(plus32(load(outB), e), outB)
	})
}

func similarGrad() {
	TEXT("similarGradRow", NOSPLIT, "func(outA, outB, gradA, gradB, a, b *float32, n, dims int)")
	Doc("similarGradRow takes t = (gradA + gradB)·exp(−Σ|a − b|)·sign(a − b) from outA and adds it to outB, per coordinate.")
	Pragma("noescape")
	outA, outB := Load(Param("outA"), GP64()), Load(Param("outB"), GP64())
	gradA, gradB := Load(Param("gradA"), GP64()), Load(Param("gradB"), GP64())
	a, b, n := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	p := newPair("similarGradRow")
	zero := YMM()
	VXORPS(zero, zero, zero)
	eights("similarGradRow", n, []Register{outA, outB, gradA, gradB, a, b}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		t := mul32(plus32(load(gradA), load(gradB)), p.closeness(a, b, load))
		p.coordinates(func(at func(Register) Register) {
			d := sub32(load(at(a)), load(at(b)))
			apart, s := YMM(), YMM()
			VCMPPS(U8(4), zero, d, apart) // d ≠ 0, or NaN
			VXORPS(sign32(d), t, s)
			VANDPS(apart, s, s)
			x := sub32(load(at(outA)), s)
			store(x, p.place)
			y := plus32(load(at(outB)), s)
			store(y, p.place)
		})
	})
}
