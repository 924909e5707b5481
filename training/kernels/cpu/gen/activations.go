package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// activations writes every curve with and without noise.
func activations() {
	activation("linear", "x", func(x, _ lanes) lanes { return x }, true)
	for _, noisy := range []bool{false, true} {
		activation("relu", "max(x, 0)", func(x, _ lanes) lanes { return positive32(x) }, noisy)
		activation("leaky", "x where x > 0, else leak·x", leaky, noisy)
		activation("softplus", "log(1+e^x)", func(x, _ lanes) lanes { return softplus32(x) }, noisy)
		activation("tanh", "tanh(x)", func(x, _ lanes) lanes { return tanh32(x) }, noisy)
		activation("elu", "x where x > 0, else e^x − 1", func(x, _ lanes) lanes {
			return wherePositive(x, x, negated32(oneMinusExp32(x)))
		}, noisy)
	}
}

func leaky(x, leak lanes) lanes { return wherePositive(x, x, mul32(x, leak)) }

// wherePositive takes a where 0 < x, else b.
func wherePositive(x, a, b lanes) lanes {
	zero, mask := YMM(), YMM()
	VXORPS(zero, zero, zero)
	VCMPPS(U8(1), x, zero, mask)
	return into(func(out lanes) { VBLENDVPS(mask, a, b, out) })
}

func activation(name, formula string, f func(x, leak lanes) lanes, noisy bool) {
	name += "Of"
	if noisy {
		name += "Noisy"
	}
	TEXT(name, NOSPLIT, "func(out, x, noise *float32, n int, sigma, leak float32)")
	Doc(name + " computes " + formula + " into out; a noisy one has x + sigma·noise for x, others do not read noise.")
	Pragma("noescape")
	out, x, n := Load(Param("out"), GP64()), Load(Param("x"), GP64()), Load(Param("n"), GP64())
	pointers := []Register{out, x}
	leak, sigma := broadcast32("leak"), broadcast32("sigma")
	var noise Register
	if noisy {
		noise = Load(Param("noise"), GP64())
		pointers = append(pointers, noise)
	}
	eights(name, n, pointers, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		v := load(x)
		if noisy {
			v = plus32(v, mul32(load(noise), sigma))
		}
		store(f(v, leak), out)
	})
}

// activationGrads writes the derivatives by the output y.
func activationGrads() {
	activationGrad("leakyGrad", "grad where y > 0, else leak·grad", func(y, g, leak lanes) lanes {
		return wherePositive(y, g, mul32(g, leak))
	})
	activationGrad("softplusGradOf", "grad·(1 − e^−y)", func(y, g, _ lanes) lanes {
		return mul32(g, oneMinusExp32(negated32(y)))
	})
	activationGrad("tanhGradOf", "grad·(1 − y²)", func(y, g, _ lanes) lanes {
		return mul32(g, from32(1, mul32(y, y)))
	})
	activationGrad("eluGradOf", "grad where y > 0, else grad·(y + 1)", func(y, g, _ lanes) lanes {
		return wherePositive(y, g, mul32(g, plus32(y, single8(1))))
	})
}

func activationGrad(name, formula string, f func(y, g, leak lanes) lanes) {
	TEXT(name, NOSPLIT, "func(out, y, grad *float32, n int, leak float32)")
	Doc(name + " computes " + formula + ".")
	Pragma("noescape")
	out, y, g := Load(Param("out"), GP64()), Load(Param("y"), GP64()), Load(Param("grad"), GP64())
	n := Load(Param("n"), GP64())
	leak := broadcast32("leak")
	eights(name, n, []Register{out, y, g}, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		store(f(load(y), load(g), leak), out)
	})
}
