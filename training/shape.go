package training

import "slices"

// free lists the parameters that decide neither the size of a buffer nor which
// operations an iteration has, in whichever task they stand. A parameter that
// is not listed decides both until somebody has looked.
var free = []string{
	"d_lr", "g_lr", "lr_schedule", "beta1", "beta2", "adam_eps", // rates
	"sigma", "init_scale", "data_scale", "input_noise", "layer_noise", // scales
	"steps", "epochs", "eval_every", "samples_every", // how long and how often
	"delay_ms", "diverge_at", "variant", // noop's
}

// Shape names what trials must have in common to be trained in one pack: the
// task, and every parameter that decides a buffer's size or the operations of
// an iteration. Seeds, rates and scales may differ, and so may k where the
// look-ahead is forgotten step by step: the full gradient keeps k steps, and
// k = 0 has no look-ahead at all (experiments.md §1.0).
func (s Schema) Shape(p Params) string {
	var own Params
	for _, v := range p {
		switch {
		case slices.Contains(free, v.Name):
		case v.Name == "k" && v.Value.Int() > 0 && p.Str("gradient") != "full":
		default:
			own = append(own, v)
		}
	}
	return s.Task + " " + own.String()
}
