package nets_test

import (
	"math"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

type (
	node   = *gorgonia.Node
	matrix = kernels.Matrix[float64]
)

// rig is a graph in float64 whose inputs are random matrices.
type rig struct {
	t      *testing.T
	graph  *gorgonia.ExprGraph
	ops    nets.Ops[float64]
	nodes  gorgonia.Nodes
	inputs []matrix
}

func newRig(t *testing.T) *rig {
	return &rig{t: t, graph: gorgonia.NewGraph(), ops: nets.Ops[float64]{Backend: kernels.NewReference[float64]()}}
}

func (r *rig) input(rows, cols int) node {
	n, m := nets.Input[float64](r.graph, string(rune('a'+len(r.nodes))), rows, cols)
	r.ops.Backend.Normals(m.Data, kernels.NewKey(int64(5+len(r.nodes))), kernels.Counter{})
	r.nodes, r.inputs = append(r.nodes, n), append(r.inputs, m)
	return n
}

func (r *rig) must(n node, err error) node {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// scalar ends a graph in a loss that weighs every element differently: the plain
// sum of all elements would hide transposition mistakes.
func (r *rig) scalar(x node) node {
	s := x.Shape()
	weights := r.input(s[0], s[1])
	row := r.must(r.ops.ColSum(r.must(r.ops.MatMul(x, weights, false, true))))
	return r.must(r.ops.SoftplusMean(r.must(r.ops.Scale(row, 0.1)), 1))
}

// compare checks gradients against central differences with respect to every
// element of every input.
func compare(t *testing.T, value func() float64, grads, inputs []matrix) {
	t.Helper()
	const h = 1e-6
	for i, in := range inputs {
		for j := range in.Data {
			x := in.Data[j]
			in.Data[j] = x + h
			up := value()
			in.Data[j] = x - h
			want := (up - value()) / (2 * h)
			in.Data[j] = x
			if got := grads[i].Data[j]; math.Abs(got-want) > 1e-8+1e-6*math.Abs(want) {
				t.Errorf("input %d, element %d: gradient %v, finite difference %v", i, j, got, want)
			}
		}
	}
}

// first is a program's first output, a scalar.
func first(p *plan.Program[float64]) func() float64 {
	return func() float64 {
		p.Run()
		return p.Output(0).Data[0]
	}
}

// against is Σ ⟨outputs of p, others⟩.
func against(p *plan.Program[float64], others []matrix) func() float64 {
	return func() (sum float64) {
		p.Run()
		for i, o := range others {
			for j, v := range p.Output(i).Data {
				sum += v * o.Data[j]
			}
		}
		return sum
	}
}

// check holds the gradients of a loss, and the gradients of those, against
// finite differences.
func (r *rig) check(loss node) {
	r.t.Helper()
	one, om := nets.Input[float64](r.graph, "one", 1, 1)
	om.Data[0] = 1
	inputs, memory := r.nodes, r.inputs
	grads, err := r.ops.Grad(loss, one, inputs)
	if err != nil {
		r.t.Fatal(err)
	}
	slopes := compile(r.t, r.ops.Backend, grads...)
	slopes.Run()
	compare(r.t, first(compile(r.t, r.ops.Backend, loss)), outputs(slopes, len(grads)), memory)

	var seeds gorgonia.Nodes
	for _, m := range memory {
		seeds = append(seeds, r.input(m.Rows, m.Cols))
	}
	second, err := r.ops.VJP(grads, seeds, inputs)
	if err != nil {
		r.t.Fatal(err)
	}
	curves := compile(r.t, r.ops.Backend, second...)
	curves.Run()
	compare(r.t, against(slopes, r.inputs[len(memory):]), outputs(curves, len(second)), memory)
}

func TestEveryOperationsGradientsOfBothOrdersAreFiniteDifferences(t *testing.T) {
	for name, build := range map[string]func(r *rig) (node, error){
		"matmul":              func(r *rig) (node, error) { return r.ops.MatMul(r.input(3, 4), r.input(4, 5), false, false) },
		"matmul, left turned": func(r *rig) (node, error) { return r.ops.MatMul(r.input(4, 3), r.input(4, 5), true, false) },
		"matmul, right turned": func(r *rig) (node, error) {
			return r.ops.MatMul(r.input(3, 4), r.input(5, 4), false, true)
		},
		"matmul, both turned": func(r *rig) (node, error) { return r.ops.MatMul(r.input(4, 3), r.input(5, 4), true, true) },
		"dense, linear": func(r *rig) (node, error) {
			return r.ops.Dense(r.input(3, 4), r.input(4, 5), r.input(1, 5), false)
		},
		"dense, relu": func(r *rig) (node, error) {
			return r.ops.Dense(r.input(3, 4), r.input(4, 5), r.input(1, 5), true)
		},
		"colsum":       func(r *rig) (node, error) { return r.ops.ColSum(r.input(3, 4)) },
		"rowbroadcast": func(r *rig) (node, error) { return r.ops.RowBroadcast(r.input(1, 4), 3) },
		"add":          func(r *rig) (node, error) { return r.ops.Add(r.input(3, 4), r.input(3, 4)) },
		"add to itself": func(r *rig) (node, error) {
			x := r.input(3, 4)
			return r.ops.Add(x, x)
		},
		"scale":          func(r *rig) (node, error) { return r.ops.Scale(r.input(3, 4), -0.7) },
		"softplus, real": func(r *rig) (node, error) { return r.ops.SoftplusMean(r.input(6, 1), -1) },
		"softplus, fake": func(r *rig) (node, error) { return r.ops.SoftplusMean(r.input(6, 1), 1) },
		"tanh":           func(r *rig) (node, error) { return r.ops.Tanh(r.input(3, 4)) },
		"mul":            func(r *rig) (node, error) { return r.ops.Mul(r.input(3, 4), r.input(3, 4)) },
		"softplus of a tanh layer": func(r *rig) (node, error) {
			return r.ops.SoftplusMean(r.must(r.ops.Tanh(r.must(r.ops.Dense(r.input(6, 3), r.input(3, 1), r.input(1, 1), false)))), 1)
		},
		"relugrad in its g": func(r *rig) (node, error) { return reluGrad(r, r.input(3, 4)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.check(r.scalar(r.must(build(r))))
		})
	}
}

// reluGrad gates g by a fixed pattern, which is not an input of the check.
func reluGrad(r *rig, g node) (node, error) {
	gate, m := nets.Input[float64](r.graph, "gate", g.Shape()[0], g.Shape()[1])
	for i := range m.Data {
		m.Data[i] = float64(i % 2)
	}
	return r.ops.ReLUGrad(gate, g)
}

func TestAGradientThatDoesNotExistIsAnError(t *testing.T) {
	r := newRig(t)
	l := r.input(4, 1)
	one, _ := nets.Input[float64](r.graph, "one", 1, 1)
	mean := r.must(r.ops.SigmoidMean(l))
	if _, err := r.ops.Grad(mean, one, r.nodes); err == nil || !strings.Contains(err.Error(), "sigmoidmean has no derivative") {
		t.Errorf("the gradient of a measurement gave %v", err)
	}
	loss := r.must(r.ops.SoftplusMean(l, 1))
	first, err := r.ops.Grad(loss, one, r.nodes)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.ops.Grad(r.must(r.ops.ColSum(first[0])), one, r.nodes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ops.Grad(r.must(r.ops.ColSum(second[0])), one, r.nodes); err == nil || !strings.Contains(err.Error(), "softpluscurve has no derivative") {
		t.Errorf("a third order through softplus gave %v", err)
	}
	other := r.input(4, 1)
	if _, err := r.ops.Grad(loss, one, gorgonia.Nodes{other}); err == nil || !strings.Contains(err.Error(), "does not depend") {
		t.Errorf("the gradient by an unrelated input gave %v", err)
	}
}
