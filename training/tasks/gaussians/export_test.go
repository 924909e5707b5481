package gaussians

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks"
)

// OpenTanh is Open with tanh in the hidden layers: ReLU's kinks spoil finite
// differences.
func OpenTanh(cfg training.Config, be kernels.Backend[float64]) (tasks.Run, error) {
	s, err := read(cfg)
	if err != nil {
		return nil, err
	}
	s.hidden = nets.Tanh
	return open(s, be)
}

// GradientsOfG are those of the latest step.
func GradientsOfG(r tasks.Run) [][]float64 { return r.(*run[float64]).loop.G.Grads }
