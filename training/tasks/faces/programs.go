package faces

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// maker makes pictures of codes.
type maker[T kernels.Float] struct {
	*nets.ConvPass[T]
	program *plan.Program[T]
	list    []kernels.Matrix[T]
}

// newMaker makes one for some pictures at a time, in test mode where test is set.
func newMaker[T kernels.Float](be kernels.Backend[T], g *nets.ConvNet[T], rows int, test bool) (*maker[T], error) {
	pass, err := nets.NewConvPass(be, g, rows, test)
	if err != nil {
		return nil, err
	}
	p, err := plan.Compile(be, append(gorgonia.Nodes{pass.Out}, pass.Stats...)...)
	if err != nil {
		return nil, fmt.Errorf("lowering the generator: %w", err)
	}
	m := &maker[T]{ConvPass: pass, program: p}
	for i := range pass.Stats {
		m.list = append(m.list, p.Output(1+i))
	}
	return m, nil
}

func (m *maker[T]) run() { m.program.Run() }

func (m *maker[T]) pictures() kernels.Matrix[T] { return m.program.Output(0) }

// stats are those of the latest pass.
func (m *maker[T]) stats() []kernels.Matrix[T] { return m.list }

// critic computes the discriminator's loss on one batch, and its gradients
// where it was asked for them.
type critic[T kernels.Float] struct {
	*nets.ConvCritic[T]
	program *plan.Program[T]
	grads   [][]T
}

func newCritic[T kernels.Float](be kernels.Backend[T], d *nets.ConvNet[T], rows int, backward bool) (*critic[T], error) {
	graph, err := nets.NewConvCritic(be, d, rows)
	if err != nil {
		return nil, err
	}
	outputs := gorgonia.Nodes{graph.Loss, graph.Score}
	if backward {
		outputs = append(outputs, graph.Grads...)
	}
	p, err := plan.Compile(be, outputs...)
	if err != nil {
		return nil, fmt.Errorf("lowering the discriminator: %w", err)
	}
	return &critic[T]{ConvCritic: graph, program: p, grads: gradients(p, 2, len(outputs)-2)}, nil
}

// gradientNodes are the gradients that the program computes.
func (c *critic[T]) gradientNodes() gorgonia.Nodes { return c.Grads[:len(c.grads)] }

// run gives the loss of the batch that has been filled in, and mean D(x).
func (c *critic[T]) run(sign T) (loss, score float64) {
	c.Sign.Data[0] = sign
	c.program.Run()
	return float64(c.program.Output(0).Data[0]), float64(c.program.Output(1).Data[0])
}

// pusher computes the generator's loss and gradients.
type pusher[T kernels.Float] struct {
	*nets.ConvAdversary[T]
	program *plan.Program[T]
	grads   [][]T
	ofD     [][]T // ∂GLoss/∂θ_D; none for the truncated gradient
	list    []kernels.Matrix[T]
}

func newPusher[T kernels.Float](be kernels.Backend[T], g, d *nets.ConvNet[T], rows int, form nets.GeneratorLoss, full bool) (*pusher[T], error) {
	graph, err := nets.NewConvAdversary(be, g, d, rows, form)
	if err != nil {
		return nil, err
	}
	outputs := append(append(gorgonia.Nodes{graph.GLoss}, graph.Stats...), graph.GGrads...)
	if full {
		outputs = append(outputs, graph.DGrads...)
	}
	p, err := plan.Compile(be, outputs...)
	if err != nil {
		return nil, fmt.Errorf("lowering the generator's step: %w", err)
	}
	out := &pusher[T]{ConvAdversary: graph, program: p}
	for i := range graph.Stats {
		out.list = append(out.list, p.Output(1+i))
	}
	first := 1 + len(out.list)
	out.grads = gradients(p, first, len(graph.GGrads))
	if full {
		out.ofD = gradients(p, first+len(out.grads), len(graph.DGrads))
	}
	return out, nil
}

func (p *pusher[T]) run() (loss float64) {
	p.program.Run()
	return float64(p.program.Output(0).Data[0])
}

// gradients are a program's n outputs from first on.
func gradients[T kernels.Float](p *plan.Program[T], first, n int) (out [][]T) {
	for i := range n {
		out = append(out, p.Output(first+i).Data)
	}
	return out
}
