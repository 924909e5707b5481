package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// known are the constants that have been written, by name.
var known = map[string]Mem{}

// bits4 is a constant of 64 bits in four lanes.
func bits4(v uint64) Mem {
	name := fmt.Sprintf("four_%016x", v)
	if m, ok := known[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for lane := range 4 {
		DATA(8*lane, U64(v))
	}
	known[name] = m
	return m
}

// twice is a constant of 32 bits in eight lanes.
func twice(v uint64) Mem { return bits4(v<<32 | v) }

// quads64 is a constant of four lanes.
func quads64(name string, lanes ...uint64) Mem {
	if m, ok := known[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i, v := range lanes {
		DATA(8*i, U64(v))
	}
	known[name] = m
	return m
}

func wideName(v uint64) string { return fmt.Sprintf("one_%016x", v) }

// double4 is a float64 in four lanes.
func double4(v float64) Mem { return bits4(math.Float64bits(v)) }

// laneMasks are eight set lanes and eight clear ones.
func laneMasks() Mem {
	const name = "lane_masks"
	if m, ok := known[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for lane := range 16 {
		v := uint32(0)
		if lane < 8 {
			v = math.MaxUint32
		}
		DATA(4*lane, U32(v))
	}
	known[name] = m
	return m
}

// register loads a constant.
func register(m Mem) VecVirtual {
	x := YMM()
	VMOVUPD(m, x)
	return x
}

// broadcast32 puts a parameter of 32 bits in every lane.
func broadcast32(param string) VecVirtual {
	r, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	x := YMM()
	VBROADCASTSS(r.Addr, x)
	return x
}
