package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// rowKernel writes a loop over the elements of one row: pointers are the
// parameters before n, and body gives the values to store in the first of them.
func rowKernel(name, doc, pointers, more string, body func(x map[string]lanes) []lanes) {
	TEXT(name, NOSPLIT, "func("+pointers+" *float32, n int"+more+")")
	Doc(name + " " + doc)
	Pragma("noescape")
	names := strings.Split(pointers, ", ")
	at := map[string]Register{}
	var all []Register
	for _, p := range names {
		at[p] = Load(Param(p), GP64())
		all = append(all, at[p])
	}
	n := Load(Param("n"), GP64())
	scalars := map[string]lanes{}
	if more != "" {
		scalars["rows"] = broadcast32("rows")
	}
	eights(name, n, all, func(load func(Register) VecVirtual, store func(VecVirtual, Register)) {
		x := map[string]lanes{}
		for k, v := range scalars {
			x[k] = v
		}
		for _, p := range names {
			if p != "out" {
				x[p] = load(at[p])
			}
		}
		for i, v := range body(x) {
			store(v, at[names[i]])
		}
	})
}

// hat is (x − mean)·inverse.
func hat(x map[string]lanes) lanes { return mul32(sub32(x["x"], x["mean"]), x["inverse"]) }

// columns writes what batch and weight normalisation do to one row.
func columns() {
	rowKernel("mulVec", "computes out = a·b.", "out, a, b", "",
		func(x map[string]lanes) []lanes { return []lanes{mul32(x["a"], x["b"])} })
	rowKernel("dotRow", "adds a·b to sum.", "sum, a, b", "",
		func(x map[string]lanes) []lanes { return []lanes{plus32(x["sum"], mul32(x["a"], x["b"]))} })
	rowKernel("combineRow", "computes out = a·s + b·t.", "out, a, s, b, t", "",
		func(x map[string]lanes) []lanes {
			return []lanes{plus32(mul32(x["a"], x["s"]), mul32(x["b"], x["t"]))}
		})
	rowKernel("deviationsRow", "adds (x − mean)² to sum.", "sum, x, mean", "",
		func(x map[string]lanes) []lanes {
			d := sub32(x["x"], x["mean"])
			return []lanes{plus32(x["sum"], mul32(d, d))}
		})
	normalised := func(x map[string]lanes) lanes { return plus32(mul32(hat(x), x["gamma"]), x["beta"]) }
	rowKernel("normaliseRow", "computes out = gamma·((x − mean)·inverse) + beta.", "out, x, mean, inverse, gamma, beta", "",
		func(x map[string]lanes) []lanes { return []lanes{normalised(x)} })
	rowKernel("normaliseReLURow", "is normaliseRow, then max(out, 0).", "out, x, mean, inverse, gamma, beta", "",
		func(x map[string]lanes) []lanes { return []lanes{positive32(normalised(x))} })
	rowKernel("normaliseSumsRow", "adds grad·((x − mean)·inverse) to gamma and grad to beta.", "gamma, beta, grad, x, mean, inverse", "",
		func(x map[string]lanes) []lanes {
			return []lanes{plus32(x["gamma"], mul32(x["grad"], hat(x))), plus32(x["beta"], x["grad"])}
		})
	rowKernel("normaliseGradRow", "computes out = gamma·inverse·(grad − (ofBeta + (x − mean)·inverse·ofGamma)/rows).",
		"out, grad, x, mean, inverse, gamma, ofGamma, ofBeta", ", rows float32",
		func(x map[string]lanes) []lanes {
			part := div32(plus32(mul32(hat(x), x["ofGamma"]), x["ofBeta"]), x["rows"])
			return []lanes{mul32(sub32(x["grad"], part), mul32(x["gamma"], x["inverse"]))}
		})
}
