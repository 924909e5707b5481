package nets

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// Children lists a node's inputs in order.
func Children(n *gorgonia.Node) gorgonia.Nodes {
	it := n.Graph().From(n.ID())
	if it == nil {
		return nil
	}
	var out gorgonia.Nodes
	for it.Next() {
		out = append(out, it.Node().(*gorgonia.Node))
	}
	return out
}

// Grad builds the gradients of cost with respect to wrt; one is the node that
// holds dcost/dcost = 1.
func (ops Ops[T]) Grad(cost, one *gorgonia.Node, wrt gorgonia.Nodes) (gorgonia.Nodes, error) {
	return ops.VJP(nodes{cost}, nodes{one}, wrt)
}

// VJP builds the gradients of Σ ⟨outputs[i], seeds[i]⟩ with respect to wrt, the
// seeds taken as constants of their outputs' shapes. Nothing is kept in the
// graph, so it may be called for any number of losses of one graph, and on
// gradients again: with the gradients of a loss as outputs it is the product of
// the loss's Hessian with the seeds. Nothing is built that no gradient needs. A
// node of wrt counts as a leaf.
func (ops Ops[T]) VJP(outputs, seeds, wrt gorgonia.Nodes) (gorgonia.Nodes, error) {
	t := traversal{leaf: map[node]bool{}, needs: map[node]bool{}}
	for _, w := range wrt {
		t.leaf[w] = true
	}
	parts := map[node]nodes{}
	for i, out := range outputs {
		t.visit(out)
		parts[out] = append(parts[out], seeds[i])
	}
	if err := ops.backward(t, parts); err != nil {
		return nil, err
	}
	grads := make(nodes, len(wrt))
	for i, w := range wrt {
		g, err := ops.sum(parts[w])
		if err != nil {
			return nil, fmt.Errorf("gradient with respect to %v: %w", w, err)
		}
		grads[i] = g
	}
	return grads, nil
}

// backward hands gradients on from users to inputs, down to the leaves.
func (ops Ops[T]) backward(t traversal, parts map[node]nodes) error {
	for i := len(t.order) - 1; i >= 0; i-- {
		n := t.order[i]
		if t.leaf[n] || !t.needs[n] || len(parts[n]) == 0 {
			continue
		}
		if err := ops.propagate(n, parts, t.needs); err != nil {
			return err
		}
	}
	return nil
}

// traversal orders the nodes below the outputs, inputs first, and marks those that
// lead to a leaf through derivatives.
type traversal struct {
	order nodes
	leaf  map[node]bool
	needs map[node]bool // also: visited
}

func (t *traversal) visit(n node) bool {
	if needs, seen := t.needs[n]; seen {
		return needs
	}
	needs := t.leaf[n]
	if op, ok := n.Op().(gorgonia.SDOp); ok && !needs {
		children := Children(n)
		wrt := op.DiffWRT(len(children))
		for i, c := range children {
			if t.visit(c) && wrt[i] {
				needs = true
			}
		}
	}
	t.needs[n] = needs
	t.order = append(t.order, n)
	return needs
}

// propagate hands n's gradient on to its inputs.
func (ops Ops[T]) propagate(n node, parts map[node]nodes, needs map[node]bool) error {
	g, err := ops.sum(parts[n])
	if err != nil {
		return err
	}
	op, children := n.Op().(gorgonia.SDOp), Children(n)
	grads, err := op.SymDiff(children, n, g)
	if err != nil {
		return fmt.Errorf("differentiating %v: %w", op, err)
	}
	for i, wrt := range op.DiffWRT(len(children)) {
		if wrt && needs[children[i]] {
			parts[children[i]] = append(parts[children[i]], grads[i])
		}
	}
	return nil
}

// sum adds the parts of a gradient in the order of their discovery.
func (ops Ops[T]) sum(parts nodes) (node, error) {
	if len(parts) == 0 {
		return nil, errors.New("the loss does not depend on it")
	}
	total := parts[0]
	for _, p := range parts[1:] {
		var err error
		if total, err = ops.Add(total, p); err != nil {
			return nil, err
		}
	}
	return total, nil
}
