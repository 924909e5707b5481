// Command gen writes the AVX2, FMA and AVX-512 kernels of package cpu with avo. It is a
// module of its own, so that avo stays out of the product; run it by
// go generate in the folder above.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	for rows := 1; rows <= tileRows; rows++ {
		tile(rows, 16, false)
		tile(rows, 16, true)
	}
	for rows := 1; rows <= narrowRows; rows++ {
		tile(rows, 8, true)
	}
	for rows := 1; rows <= wideRows; rows++ {
		tile512(rows, 32)
		tile512(rows, 16)
	}
	low(1, 8)
	low(2, 4)
	shallow(1, 4)
	shallow(2, 4)
	spread()
	upright(1)
	upright(2)
	packRows()
	packColumns(16)
	packColumns(32)
	packRows32()
	packRows32Masked()
	add()
	scale()
	reluGrad()
	columnSum()
	adam()
	finite()
	activations()
	activationGrads()
	columns()
	similar()
	similarGrad()
	packPlaces(1)
	packPlaces(2)
	packPatches4()
	packPatches()
	addRuns(1)
	addRuns(2)
	shiftRuns()
	channels()
	words()
	normals()
	words512()
	normals512()
	softplus()
	sigmoid()
	peak()
	peak512()
	Generate()
}
