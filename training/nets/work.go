package nets

import (
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"sweep/training"
	"sweep/training/kernels"
)

// Works are the work of several networks' products, by the names that their
// parameters begin with: two floating-point operations for a multiplication and
// its addition. What element-wise operations, normalisation and optimizers add
// is in proportion to the elements, and left out.
type Works map[string]training.Work

// WorkOf is what it takes to compute some outputs of a graph, each node once, as
// a program does. The nodes that the losses depend on are the forward passes,
// all others go backward. A network's nodes are those that compute with its
// parameters, or with what these gave.
func WorkOf(losses, outputs gorgonia.Nodes, networks ...string) Works {
	a := account{networks: networks, owner: map[node]string{}, forward: map[node]bool{}, seen: map[node]bool{}, works: Works{}}
	for _, n := range losses {
		a.markForward(n)
	}
	for _, n := range losses {
		a.own(n)
	}
	for _, n := range append(append(nodes{}, losses...), outputs...) {
		a.add(n)
	}
	return a.works
}

// Less is the work beyond what has been done.
func (w Works) Less(done Works) Works {
	out := Works{}
	for name, all := range w {
		out[name] = training.Work{Forward: all.Forward - done[name].Forward, Backward: all.Backward - done[name].Backward}
	}
	return out
}

// Plus is the work of both.
func (w Works) Plus(more Works) Works {
	out := Works{}
	for _, list := range []Works{w, more} {
		for name, own := range list {
			out[name] = training.Work{Forward: out[name].Forward + own.Forward, Backward: out[name].Backward + own.Backward}
		}
	}
	return out
}

// Phase is this work as a part of an outer iteration.
func (w Works) Phase(name string, times int) training.Phase {
	return training.Phase{Name: name, Times: int64(times), Generator: w["generator"], Discriminator: w["discriminator"]}
}

type account struct {
	networks []string
	owner    map[node]string // of forward nodes and leaves
	forward  map[node]bool
	seen     map[node]bool
	works    Works
}

func (a *account) markForward(n node) {
	if a.forward[n] {
		return
	}
	a.forward[n] = true
	for _, c := range Children(n) {
		a.markForward(c)
	}
}

// own finds the network of a forward node: that of its parameters, else the one
// whose pass it continues. What stands before every parameter, as a batch does,
// belongs to the network that takes it in.
func (a *account) own(n node) string {
	if name, known := a.owner[n]; known {
		return name
	}
	children := Children(n)
	if len(children) == 0 {
		a.owner[n] = a.named(n)
		return a.owner[n]
	}
	var params, pass string
	for _, c := range children {
		name := a.own(c)
		if pass = later(a.networks, pass, name); a.named(c) != "" {
			params = name
		}
	}
	if params == "" {
		params = pass
	}
	a.owner[n] = params
	for _, c := range children {
		if a.owner[c] == "" {
			a.owner[c] = params
		}
	}
	return params
}

// later is the network whose pass comes after the other's.
func later(networks []string, a, b string) string {
	for i := len(networks) - 1; i >= 0; i-- {
		if n := networks[i]; n == a || n == b {
			return n
		}
	}
	return ""
}

// named is the network that a parameter's name begins with.
func (a *account) named(n node) string {
	if n.Op() == nil {
		for _, name := range a.networks {
			if strings.HasPrefix(n.Name(), name+".") {
				return name
			}
		}
	}
	return ""
}

// add counts a node and what it needs, once.
func (a *account) add(n node) {
	if a.seen[n] {
		return
	}
	a.seen[n] = true
	children := Children(n)
	for _, c := range children {
		a.add(c)
	}
	if !a.forward[n] {
		a.owner[n] = a.ofBackward(children)
	}
	flops := flopsOf(n)
	if flops == 0 {
		return
	}
	w := a.works[a.owner[n]]
	if a.forward[n] {
		w.Forward += flops
	} else {
		w.Backward += flops
	}
	a.works[a.owner[n]] = w
}

// flopsOf is one node's work.
func flopsOf(n node) int64 {
	op, ok := n.Op().(interface{ Flops(in []tensor.Shape) int64 })
	if !ok {
		return 0
	}
	var shapes []tensor.Shape
	for _, c := range Children(n) {
		shapes = append(shapes, c.Shape())
	}
	return op.Flops(shapes)
}

// ofBackward is the network whose forward values a backward node reads; where it
// reads none, the one that its gradient comes from.
func (a *account) ofBackward(children nodes) (name string) {
	for _, c := range children {
		if a.forward[c] && a.owner[c] != "" {
			return a.owner[c]
		}
	}
	for _, c := range children {
		if name == "" {
			name = a.owner[c]
		}
	}
	return name
}

// Flops are the floating-point operations of the op's products.
func (o *Op[T]) Flops(in []tensor.Shape) int64 {
	if o.flops == nil {
		return 0
	}
	return o.flops(in)
}

// product is the work of a matrix product.
func product(rows, depth, cols int) int64 { return 2 * int64(rows) * int64(depth) * int64(cols) }

func denseFlops(in []tensor.Shape) int64 { return product(in[0][0], in[0][1], in[1][1]) }

// convFlops is the work of a convolution, or of an adjoint of it, for the rows of
// one of its inputs.
func convFlops(c kernels.Conv, rows int) func(in []tensor.Shape) int64 {
	return func(in []tensor.Shape) int64 { return product(in[rows][0]*c.Places(), c.FanIn(), c.Filters) }
}
