package main

import (
	"fmt"
	"time"
)

// spec is one case.
type spec struct {
	k, z, batch int
	full        bool // gradient: full
}

func (s spec) gradient() string {
	if s.full {
		return "full"
	}
	return "truncated"
}

func (s spec) String() string {
	return fmt.Sprintf("K %d, z %d, batch %d, %s", s.k, s.z, s.batch, s.gradient())
}

// headline is the case that the targets name.
func headline(k int) spec { return spec{k: k, z: 256, batch: 100} }

func specs(short bool) (all []spec) {
	if short {
		return []spec{headline(1), headline(5), {k: 5, z: 256, batch: 100, full: true}}
	}
	for _, full := range []bool{false, true} {
		for _, batch := range []int{100, 512} {
			for _, z := range []int{16, 256} {
				for _, k := range []int{1, 5, 10} {
					all = append(all, spec{k, z, batch, full})
				}
			}
		}
	}
	return all
}

// pace is how long is measured: rounds in which every contestant has a turn of
// about so much processor time.
type pace struct {
	rounds int
	turn   time.Duration
}

func pacing(short bool) pace {
	if short {
		return pace{7, 120 * time.Millisecond}
	}
	return pace{7, 120 * time.Millisecond}
}
