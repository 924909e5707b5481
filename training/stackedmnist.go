package training

import "math"

// StackedModes is the number of modes of stacked MNIST: three digits.
const StackedModes = 1000

// stackedMNIST is the paper's mode-counting experiment (experiments.md §2.2,
// §7.2): three digits drawn at random are an image's red, green and blue. The
// defaults are those of the paper's set-up as PacGAN's code has it.
func stackedMNIST() Schema {
	params := append(stackedUnrolling(),
		Param{Name: "steps", Doc: "outer iterations: generator updates", Kind: Int, Default: IntValue(500000), Min: 1, Max: 1e9},
		Param{Name: "batch", Doc: "real and generated images per step", Kind: Int, Default: IntValue(128), Min: 2, Max: 4096},
		Param{Name: "z_dim", Doc: "dimension of the generator's normal noise", Kind: Int, Default: IntValue(256), Min: 1, Max: 4096},
		Param{Name: "g_channels", Doc: "channels of the generator's largest images; its first, smaller ones have 8, 4 and 2 times as many",
			Kind: Int, Default: IntValue(8), Min: 1, Max: 64},
		Param{Name: "d_channels", Doc: "channels of the discriminator's first convolution, then twice and 4 times as many; the paper's discriminators at 1/4 and 1/2 of the generator have 2 and 4",
			Kind: Int, Default: IntValue(2), Min: 1, Max: 64},
		Param{Name: "init_sd", Doc: "standard deviation of the initial weights", Kind: Float, Default: FloatValue(0.02), Min: 1e-6, Max: 10},
		Param{Name: "d_lr", Doc: "the discriminator's step size", Kind: Float, Default: FloatValue(2e-4), Max: 10},
		Param{Name: "g_lr", Doc: "the generator's step size", Kind: Float, Default: FloatValue(1e-4), Max: 10},
		Param{Name: "beta1", Doc: "Adam's first decay", Kind: Float, Default: FloatValue(0.5), Max: 0.999999},
		Param{Name: "beta2", Doc: "Adam's second decay", Kind: Float, Default: FloatValue(0.99), Max: 0.999999},
		Param{Name: "adam_eps", Doc: "Adam's epsilon, added to the uncorrected root", Kind: Float, Default: FloatValue(1e-8), Min: 1e-30, Max: 1},
		Param{Name: "eval_every", Doc: "outer iterations between evaluations: one epoch", Kind: Int, Default: IntValue(10000), Min: 1, Max: 1e9},
		Param{Name: "samples_every", Doc: "epochs between sample artifacts, beside epochs 0 and 1 and the last", Kind: Int, Default: IntValue(5), Min: 1, Max: 1e6},
		Param{Name: "score_samples", Doc: "images that an evaluation counts modes among", Kind: Int, Default: IntValue(25600), Min: 10, Max: 1e6},
	)
	return Schema{
		Task: "stacked-mnist", Doc: "stacked MNIST: a thousand modes", Data: "mnist", StepsParam: "steps",
		Params: params, Canonical: canonicalUnrolling,
		Metrics: []Metric{
			{Name: "modes", Goal: Maximize, Bounds: stackedModes, Count: true, Score: true, Doc: "distinct triples of digits, as a frozen LeNet reads the three channels, among score_samples images (experiments.md §7.2)"},
			{Name: "mode_kl", Goal: Minimize, Bounds: stackedKL, Score: true, Doc: "divergence of the triples' distribution from the uniform one over 1,000, nats (experiments.md §7.2)"},
			{Name: "d_loss", Goal: Minimize, Doc: "the discriminator's loss at the first look-ahead step, mean over the batch"},
			{Name: "d_real", Goal: Maximize, Bounds: Share, Doc: "mean D(x) of real images at the first look-ahead step"},
			{Name: "d_fake", Goal: Minimize, Bounds: Share, Doc: "mean D(x) of generated images at the first look-ahead step"},
			{Name: "g_loss", Goal: Minimize, Doc: "the generator's loss against the discriminator after the look-ahead"},
			{Name: "real_modes", Goal: Maximize, Score: true, Doc: "modes among as many stacks of test images: the ceiling, at step 0"},
			{Name: "real_mode_kl", Goal: Minimize, Score: true, Doc: "mode_kl of stacks of test images: the floor, at step 0"},
		},
	}
}

// stackedUnrolling are the parameters of the unrolled objective, with what the
// generator's batch normalisation adds to them.
func stackedUnrolling() []Param {
	params := unrolling()
	for i := range params {
		switch params[i].Name {
		case "rollback":
			params[i].Doc += "; under restore and reset the look-ahead's passes of the generator leave no trace in its normalisation statistics"
		case "g_loss":
			params[i].Doc = "the generator's loss: mean softplus(-l) of generated images, or the discriminator's loss with its sign turned"
		}
	}
	return params
}

// stackedModes are the bounds of a count of modes: of n images there are at most
// n.
func stackedModes(p Params) (low, high float64) {
	n := p.Int("score_samples")
	if n == 0 {
		n = StackedModes
	}
	return 0, float64(min(n, StackedModes))
}

// stackedKL reaches ln 1000 where all images show one mode.
func stackedKL(Params) (low, high float64) { return 0, math.Log(StackedModes) }
