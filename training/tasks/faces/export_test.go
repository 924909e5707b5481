package faces

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks"
	"sweep/training/tasks/faces/data"
)

// OpenSmooth opens a trial whose activations are all tanh, so that finite
// differences see no kinks.
func OpenSmooth(cfg training.Config, set *data.Set, be kernels.Backend[float64]) (tasks.Run, error) {
	s := read(cfg)
	for _, f := range []nets.ConvForm{s.generator, s.discriminator} {
		for i := range f.Layers {
			if f.Layers[i].Kind == nets.CurveLayer {
				f.Layers[i].Activation = kernels.Activation{Curve: kernels.Tanh}
			}
		}
	}
	r, err := openWith(s, set, be)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// GradientsOfG are the generator's, of the latest step.
func GradientsOfG(r tasks.Run) [][]float64 { return r.(*run[float64]).gradsG }
