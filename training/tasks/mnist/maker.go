package mnist

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// maker makes images of codes.
type maker[T kernels.Float] struct {
	*nets.GeneratorPass[T]
	program *plan.Program[T]
	list    []kernels.Matrix[T]
}

// newMaker makes one for some images at a time, in test mode where test is set.
func newMaker[T kernels.Float](be kernels.Backend[T], g *nets.ImageGenerator[T], rows int, test bool) (*maker[T], error) {
	pass, err := nets.NewGeneratorPass(be, g, rows, test)
	if err != nil {
		return nil, err
	}
	p, err := plan.Compile(be, append(gorgonia.Nodes{pass.Images}, pass.Stats...)...)
	if err != nil {
		return nil, fmt.Errorf("lowering the generator: %w", err)
	}
	m := &maker[T]{GeneratorPass: pass, program: p}
	for i := range pass.Stats {
		m.list = append(m.list, p.Output(1+i))
	}
	return m, nil
}

func (m *maker[T]) run() { m.program.Run() }

func (m *maker[T]) images() kernels.Matrix[T] { return m.program.Output(0) }

// stats are those of the latest pass.
func (m *maker[T]) stats() []kernels.Matrix[T] { return m.list }
