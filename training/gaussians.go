package training

import "math"

// gaussians is the source's first experiment: two-dimensional mixtures
// (experiments.md §1.1), with the source's numbers as defaults.
func gaussians() Schema {
	params := append(unrolling(),
		Param{Name: "mixture", Doc: "ring8: 8 modes on a circle of radius 2; double10: 10 modes, radii 1 and 2 in turn; grid25: 5×5 modes, 2 apart",
			Kind: String, Default: StringValue("ring8"), Enum: []string{"ring8", "double10", "grid25"}},
		Param{Name: "sigma", Doc: "standard deviation of a mode; 0 takes the mixture's own (0.04, 0.04, 0.05)",
			Kind: Float, Default: FloatValue(0), Max: 10},
		Param{Name: "steps", Doc: "outer iterations: generator updates", Kind: Int, Default: IntValue(50000), Min: 1, Max: 1e9},
		Param{Name: "batch", Doc: "real and generated points per step", Kind: Int, Default: IntValue(100), Min: 1, Max: 65536},
		Param{Name: "z_dim", Doc: "dimension of the generator's normal noise", Kind: Int, Default: IntValue(256), Min: 1, Max: 4096},
		Param{Name: "g_width", Doc: "units in each of the generator's two hidden layers", Kind: Int, Default: IntValue(128), Min: 1, Max: 4096},
		Param{Name: "d_width", Doc: "units in the discriminator's hidden layer", Kind: Int, Default: IntValue(128), Min: 1, Max: 4096},
		Param{Name: "init_scale", Doc: "factor on He's normal initialiser", Kind: Float, Default: FloatValue(0.8), Min: 1e-6, Max: 100},
		Param{Name: "data_scale", Doc: "the discriminator sees points divided by this", Kind: Float, Default: FloatValue(2), Min: 1e-3, Max: 1000},
		Param{Name: "d_lr", Doc: "the discriminator's step size", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "g_lr", Doc: "the generator's step size", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "beta1", Doc: "Adam's first decay", Kind: Float, Default: FloatValue(0.5), Max: 0.999999},
		Param{Name: "beta2", Doc: "Adam's second decay", Kind: Float, Default: FloatValue(0.999), Max: 0.999999},
		Param{Name: "adam_eps", Doc: "Adam's epsilon, added to the uncorrected root", Kind: Float, Default: FloatValue(1e-8), Min: 1e-30, Max: 1},
		Param{Name: "eval_every", Doc: "outer iterations between evaluations: one epoch", Kind: Int, Default: IntValue(500), Min: 1, Max: 1e9},
		Param{Name: "samples_every", Doc: "epochs between sample artifacts, beside epochs 0 and 1 and the last", Kind: Int, Default: IntValue(5), Min: 1, Max: 1e6},
	)
	return Schema{
		Task: "gaussians", Doc: "two-dimensional Gaussian mixtures", StepsParam: "steps",
		Params: params, Canonical: canonicalGaussians,
		Metrics: []Metric{
			{Name: "modes_strict", Goal: Maximize, Bounds: modes, Count: true, Score: true, Doc: "modes with at least 20 % of their fair share of high-quality points among 10,000 (experiments.md §7.1b)"},
			{Name: "modes_loose", Goal: Maximize, Bounds: modes, Count: true, Score: true, Doc: "modes with at least one high-quality point among 2,500 (experiments.md §7.1a)"},
			{Name: "high_quality", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of 10,000 points within 3 sigma of a mode's centre; 0.9889 for true data"},
			{Name: "reverse_kl", Goal: Minimize, Bounds: modesKL, Score: true, Doc: "KL from the nearest-mode histogram of 10,000 points to the uniform one, nats"},
			{Name: "d_loss", Goal: Minimize, Doc: "the discriminator's loss at the first look-ahead step, mean over the batch"},
			{Name: "d_real", Goal: Maximize, Bounds: Share, Doc: "mean D(x) of real points at the first look-ahead step"},
			{Name: "d_fake", Goal: Minimize, Bounds: Share, Doc: "mean D(x) of generated points at the first look-ahead step"},
			{Name: "g_loss", Goal: Minimize, Doc: "the generator's loss against the discriminator after the look-ahead"},
			{Name: "real_modes_strict", Goal: Maximize, Score: true, Doc: "modes_strict of true data: the ceiling, at step 0"},
			{Name: "real_modes_loose", Goal: Maximize, Score: true, Doc: "modes_loose of true data: the ceiling, at step 0"},
			{Name: "real_high_quality", Goal: Maximize, Score: true, Doc: "high_quality of true data: the ceiling, at step 0"},
			{Name: "real_reverse_kl", Goal: Minimize, Score: true, Doc: "reverse_kl of true data: the floor, at step 0"},
		},
	}
}

// MixtureSigma is a mixture's own standard deviation of a mode
// (experiments.md §1.1, §2.3), 0 for an unknown one.
func MixtureSigma(mixture string) float64 {
	switch mixture {
	case "ring8", "double10":
		return 0.04
	case "grid25":
		return 0.05
	}
	return 0
}

// MixtureModes is the number of a mixture's modes, 0 for an unknown one.
func MixtureModes(mixture string) int {
	switch mixture {
	case "ring8":
		return 8
	case "double10":
		return 10
	case "grid25":
		return 25
	}
	return 0
}

// modes are the bounds of a count of modes; of an unknown mixture it has none.
func modes(p Params) (low, high float64) {
	if n := MixtureModes(p.Str("mixture")); n > 0 {
		return 0, float64(n)
	}
	return 0, math.Inf(1)
}

// modesKL are the bounds of the divergence from the uniform distribution over
// the modes: ln M where all points lie on one (experiments.md §7.1).
func modesKL(p Params) (low, high float64) {
	low, high = modes(p)
	return low, math.Log(high)
}

// canonicalGaussians also gives the mixture's own sigma one spelling.
func canonicalGaussians(p Params) Params {
	if p.Float("sigma") == MixtureSigma(p.Str("mixture")) {
		p = p.With("sigma", FloatValue(0))
	}
	return canonicalUnrolling(p)
}
