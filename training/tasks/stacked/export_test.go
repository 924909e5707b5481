package stacked

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
)

// OpenSmooth is Open with tanh in the hidden layers: the kinks of ReLU spoil
// finite differences.
func OpenSmooth(cfg training.Config, set *data.Set, be kernels.Backend[float64]) (tasks.Run, error) {
	s := read(cfg)
	s.smooth = true
	m, err := newGame(s, set, be)
	if err != nil {
		return nil, err
	}
	return &run[float64]{game: m, loop: m.loop()}, nil
}

// GradientsOfG are those of the latest step.
func GradientsOfG(r tasks.Run) [][]float64 { return r.(*run[float64]).loop.G.Grads }

// CountModes counts the modes of some stacks (n, 3·784), n ≤ 100.
func CountModes(be kernels.Backend[float32], stacks []float32) ([]int, error) {
	j, err := newJudge(be)
	if err != nil {
		return nil, err
	}
	counts := make([]int, training.StackedModes)
	j.count(counts, stacks)
	return counts, nil
}
