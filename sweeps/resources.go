package sweeps

import (
	"strconv"

	"sweep/training"
)

// Resources says how an experiment's trials travel to the workers. It never
// touches a trial's identity or its numbers.
type Resources struct {
	// Pack is the most trials of one shape that one activity trains: 2 to MaxPack,
	// PackOff for each on its own, PackAuto to pack trials that are known to be
	// short.
	Pack int
}

// The special values of Resources.Pack. MaxPack bounds the others.
const (
	PackAuto = 0
	PackOff  = 1
	MaxPack  = 256
)

// resources reads where and how trials are trained.
func (r *report) resources(n *node) Resources {
	out := Resources{Pack: PackOff}
	if n == nil || !r.keys(n, []string{"pack"}) {
		return out
	}
	pack := n.get("pack")
	if !r.is(pack, scalar) || !r.brief(pack) {
		return out
	}
	switch pack.text {
	case "off":
		return out
	case "auto":
		return Resources{Pack: PackAuto}
	}
	if v, err := training.Int.Convert(pack.text); err != nil || v.Int() < 2 || v.Int() > MaxPack {
		r.at(pack, "expected off, auto or a number of trials from 2 to %s, got %s", strconv.Itoa(MaxPack), show(pack.text))
	} else {
		out.Pack = int(v.Int())
	}
	return out
}
