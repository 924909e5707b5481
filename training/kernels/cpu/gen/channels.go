package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// laneRegisters hold kernels.ChannelLanes partial sums.
const laneRegisters = 4

// laneKernel writes a loop that adds to one or two sets of partial sums what body
// gives for the elements of one channel of one image.
func laneKernel(name, doc, sums, pointers, scalars string, body func(x map[string]lanes) []lanes) {
	signature := "func(" + sums + ", " + pointers + " *float32, n int"
	if scalars != "" {
		signature += ", " + scalars + " float32"
	}
	TEXT(name, NOSPLIT, signature+")")
	Doc(name + " " + doc)
	Pragma("noescape")
	at := map[string]Register{}
	var all []Register
	for _, p := range strings.Split(pointers, ", ") {
		at[p] = Load(Param(p), GP64())
		all = append(all, at[p])
	}
	n, constants := Load(Param("n"), GP64()), map[string]lanes{}
	for _, s := range strings.Split(scalars, ", ") {
		if s != "" {
			constants[s] = broadcast32(s)
		}
	}
	names := strings.Split(sums, ", ")
	set := make([]vecs, len(names))
	memory := make([]Register, len(names))
	for i, s := range names {
		memory[i] = Load(Param(s), GP64())
		set[i] = each(laneRegisters, func(j int, x VecVirtual) { VMOVUPS(Mem{Base: memory[i], Disp: 32 * j}, x) })
	}
	add := func(register int, disp int, mask VecVirtual) {
		x := map[string]lanes{}
		for k, v := range constants {
			x[k] = v
		}
		for _, p := range strings.Split(pointers, ", ") {
			x[p] = loaded(Mem{Base: at[p], Disp: disp}, mask)
		}
		for i, v := range body(x) {
			if mask != nil {
				v = into(func(out lanes) { VANDPS(mask, v, out) })
			}
			VADDPS(v, set[i][register], set[i][register])
		}
	}
	Label(name + "_all")
	SUBQ(U8(8*laneRegisters), n)
	JL(LabelRef(name + "_past"))
	for j := range laneRegisters {
		add(j, 32*j, nil)
	}
	for _, p := range all {
		ADDQ(U32(32*laneRegisters), p)
	}
	JMP(LabelRef(name + "_all"))
	Label(name + "_past")
	ADDQ(U8(8*laneRegisters), n)
	JZ(LabelRef(name + "_end"))
	for j := range laneRegisters {
		rest := fmt.Sprintf("%s_rest%d", name, j)
		CMPQ(n, U8(8))
		JL(LabelRef(rest))
		add(j, 0, nil)
		for _, p := range all {
			ADDQ(U8(32), p)
		}
		SUBQ(U8(8), n)
		JZ(LabelRef(name + "_end"))
		if j+1 < laneRegisters {
			JMP(LabelRef(fmt.Sprintf("%s_on%d", name, j)))
		}
		Label(rest)
		add(j, 0, firstLanes(n))
		JMP(LabelRef(name + "_end"))
		if j+1 < laneRegisters {
			Label(fmt.Sprintf("%s_on%d", name, j))
		}
	}
	Label(name + "_end")
	for i := range set {
		for j, x := range set[i] {
			VMOVUPS(x, Mem{Base: memory[i], Disp: 32 * j})
		}
	}
	VZEROUPPER()
	RET()
}

// scalarKernel writes a loop over elements with numbers that all share.
func scalarKernel(name, doc, pointers, scalars string, body func(x map[string]lanes) lanes) {
	TEXT(name, NOSPLIT, "func(out, "+pointers+" *float32, n int, "+scalars+" float32)")
	Doc(name + " " + doc)
	Pragma("noescape")
	out, at := Load(Param("out"), GP64()), map[string]Register{}
	all := []Register{out}
	names := strings.Split(pointers, ", ")
	for _, p := range names {
		at[p] = Load(Param(p), GP64())
		all = append(all, at[p])
	}
	n, constants := Load(Param("n"), GP64()), map[string]lanes{}
	for _, s := range strings.Split(scalars, ", ") {
		constants[s] = broadcast32(s)
	}
	eights(name, n, all, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		x := map[string]lanes{}
		for k, v := range constants {
			x[k] = v
		}
		for _, p := range names {
			x[p] = load(at[p])
		}
		store(body(x), out)
	})
}

// channels writes what batch normalisation does to a channel of an image.
func channels() {
	laneKernel("channelSum", "adds x to kernels.ChannelLanes sums.", "sum", "x", "",
		func(x map[string]lanes) []lanes { return []lanes{x["x"]} })
	laneKernel("channelDeviations", "adds (x − mean)² to kernels.ChannelLanes sums.", "sum", "x", "mean",
		func(x map[string]lanes) []lanes {
			d := sub32(x["x"], x["mean"])
			return []lanes{mul32(d, d)}
		})
	laneKernel("channelNormSums", "adds grad·((x − mean)·inverse) and grad to kernels.ChannelLanes sums each.", "gamma, beta", "grad, x", "mean, inverse",
		func(x map[string]lanes) []lanes { return []lanes{mul32(x["grad"], hat(x)), x["grad"]} })
	scalarKernel("channelNorm", "computes out = gamma·((x − mean)·inverse) + beta.", "x", "mean, inverse, gamma, beta",
		func(x map[string]lanes) lanes { return plus32(mul32(hat(x), x["gamma"]), x["beta"]) })
	scalarKernel("channelNormGrad", "computes out = slope·(grad − (ofBeta + (x − mean)·inverse·ofGamma)).", "grad, x", "mean, inverse, slope, ofGamma, ofBeta",
		func(x map[string]lanes) lanes {
			part := plus32(mul32(hat(x), x["ofGamma"]), x["ofBeta"])
			return mul32(sub32(x["grad"], part), x["slope"])
		})
}
