package gaussians

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// chunk is how many points the generator makes in one pass of an evaluation.
const chunk = 500

// sampler draws points from a generator as it is.
type sampler[T kernels.Float] struct {
	be      kernels.Backend[T]
	z       kernels.Matrix[T]
	forward *plan.Program[T]
}

func newSampler[T kernels.Float](be kernels.Backend[T], g *nets.MLP[T]) (*sampler[T], error) {
	graph := gorgonia.NewGraph()
	ops := nets.Ops[T]{Backend: be}
	z, memory := nets.Input[T](graph, "z", chunk, g.Params[0].Rows)
	out, err := ops.Apply(g, z, g.Nodes(graph))
	if err != nil {
		return nil, fmt.Errorf("task gaussians: building the sampler: %w", err)
	}
	p, err := plan.Compile(be, out)
	return &sampler[T]{be: be, z: memory, forward: p}, err
}

// draw makes the 10,000 points (n, 2) of the evaluation at step.
func (s *sampler[T]) draw(key kernels.Key, step int64) []float32 {
	points := make([]float32, 0, 2*Drawn)
	for i := range uint32(Drawn / chunk) {
		s.be.Normals(s.z.Data, key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: i})
		s.forward.Run()
		for _, v := range s.forward.Output(0).Data {
			points = append(points, float32(v))
		}
	}
	return points
}
