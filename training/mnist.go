package training

import (
	"fmt"
	"slices"
)

// mnistSSL is the source's second experiment: semi-supervised MNIST
// (experiments.md §1.2), with the source's numbers as defaults.
func mnistSSL() Schema {
	params := append(mnistUnrolling(),
		Param{Name: "preset", Doc: "source: the source's networks and losses; improved-gan: OpenAI's (experiments.md §3.2), under which what is left at the source's default takes OpenAI's value",
			Kind: String, Default: StringValue("source"), Enum: []string{"source", "improved-gan"}},
		Param{Name: "labels", Doc: "labelled images, a tenth of each digit; 50000 leaves none unlabelled, so that real batches are drawn from the labelled ones",
			Kind: Int, Default: IntValue(100), Min: 10, Max: 50000, Among: []int64{10, 20, 50, 100, 200, 50000}},
		Param{Name: "unsupervised", Doc: "false trains the classifier on the labelled images alone: the control, without a generator",
			Kind: Bool, Default: BoolValue(true)},
		Param{Name: "epochs", Doc: "epochs of eval_every outer iterations: generator updates", Kind: Int, Default: IntValue(50), Min: 1, Max: 1e4},
		Param{Name: "eval_every", Doc: "outer iterations of an epoch; an evaluation follows each", Kind: Int, Default: IntValue(500), Min: 1, Max: 1e5},
		Param{Name: "samples_every", Doc: "epochs between pictures, beside epoch 1 and the last", Kind: Int, Default: IntValue(5), Min: 1, Max: 1e6},
		Param{Name: "batch", Doc: "unlabelled and generated images per step, and labelled ones as far as there are", Kind: Int, Default: IntValue(100), Min: 2, Max: 4096},
		Param{Name: "z_dim", Doc: "dimension of the generator's uniform noise", Kind: Int, Default: IntValue(50), Min: 1, Max: 4096},
		Param{Name: "g_width", Doc: "units in each of the generator's two hidden layers", Kind: Int, Default: IntValue(500), Min: 1, Max: 4096},
		Param{Name: "d_width", Doc: "units in the discriminator's first layer; the second has half of them, the others a quarter", Kind: Int, Default: IntValue(1000), Min: 4, Max: 8192},
		Param{Name: "input_noise", Doc: "standard deviation of the noise on the discriminator's input", Kind: Float, Default: FloatValue(0.3), Max: 10},
		Param{Name: "layer_noise", Doc: "standard deviation of the noise in its hidden layers", Kind: Float, Default: FloatValue(0.5), Max: 10},
		Param{Name: "weight_norm", Doc: "weight normalisation of the discriminator, with data-dependent initialisation", Kind: Bool, Default: BoolValue(false)},
		Param{Name: "minibatch_discrimination", Doc: "50 kernels of 5 dimensions before the discriminator's last layer", Kind: Bool, Default: BoolValue(false)},
		Param{Name: "feature_matching", Doc: "what the generator's loss adds: nothing; the mean square of the features' differences image by image, as the source; that of their means, as the paper",
			Kind: String, Default: StringValue("off"), Enum: []string{"off", "elementwise", "mean"}},
		Param{Name: "d_lr", Doc: "the discriminator's step size in the first epoch", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "g_lr", Doc: "the generator's step size in the first epoch", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "lr_schedule", Doc: "steps: 0.3 of the step sizes from epoch 10 on, 0.1 from epoch 50 on; constant", Kind: String, Default: StringValue("steps"), Enum: []string{"steps", "constant"}},
		Param{Name: "beta1", Doc: "Adam's first decay", Kind: Float, Default: FloatValue(0.5), Max: 0.999999},
		Param{Name: "beta2", Doc: "Adam's second decay", Kind: Float, Default: FloatValue(0.999), Max: 0.999999},
		Param{Name: "adam_eps", Doc: "Adam's epsilon, added to the uncorrected root", Kind: Float, Default: FloatValue(1e-8), Min: 1e-30, Max: 1},
		QualitySamples(),
	)
	return Schema{
		Task: "mnist-ssl", Doc: "semi-supervised MNIST", Data: "mnist", StepsParam: "epochs", StepsPer: "eval_every",
		Params: params, Canonical: canonicalMNIST, Metrics: mnistMetrics(),
	}
}

// mnistUnrolling are the parameters of the unrolled objective as far as this
// task has them: batch normalisation and weight normalisation have no second
// derivatives, so there is no full gradient.
func mnistUnrolling() []Param {
	params := unrolling()
	for i := range params {
		switch params[i].Name {
		case "gradient":
			params[i].Enum, params[i].Later = []string{"truncated"}, []string{"full"}
		case "rollback":
			params[i].Doc += "; under restore and reset the look-ahead's passes of the generator leave no trace in its normalisation statistics"
		case "batches":
			params[i].Doc += "; the discriminator's noise is always fresh"
		case "g_loss":
			params[i].Doc = "the generator's loss: mean softplus(-s) of generated images, or the discriminator's unsupervised loss with its sign turned"
		}
	}
	return params
}

func mnistMetrics() []Metric {
	return append([]Metric{
		{Name: "accuracy", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of the validation images that the discriminator classifies rightly, noise off (experiments.md §1.2)"},
		{Name: "test_accuracy", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of the test images, of the epoch with the highest accuracy so far (experiments.md §7.3)"},
		{Name: "nll", Goal: Minimize, Score: true, Doc: "mean negative log-likelihood of the validation images' digits, nats"},
		{Name: "ece", Goal: Minimize, Bounds: Share, Score: true, Doc: "expected calibration error of the validation images over 15 bins of confidence (Guo et al. 2017)"},
		{Name: "d_loss", Goal: Minimize, Doc: "the discriminator's loss at the first look-ahead step, cross-entropy included"},
		{Name: "d_labelled", Goal: Minimize, Doc: "cross-entropy of the labelled batch at the first look-ahead step, nats"},
		{Name: "d_real", Goal: Maximize, Bounds: Share, Doc: "mean D(x) of unlabelled images at the first look-ahead step"},
		{Name: "d_fake", Goal: Minimize, Bounds: Share, Doc: "mean D(x) of generated images at the first look-ahead step"},
		{Name: "g_loss", Goal: Minimize, Doc: "the generator's loss against the discriminator after the look-ahead, feature matching included"},
	}, digitMetrics()...)
}

// digitMetrics are the scores of generated digits, and those of training images
// in their place.
func digitMetrics() []Metric {
	own := QualityMetrics()
	for c := range 10 {
		own = append(own, Metric{Name: fmt.Sprintf("class_%d", c), Goal: Maximize, Score: true, Doc: "generated images that LeNet takes for this digit"})
	}
	all := slices.Clone(own)
	for _, m := range own {
		m.Name, m.Doc = "real_"+m.Name, m.Name+" of training images in the generated ones' place, at step 0"
		all = append(all, m)
	}
	return all
}

// canonicalMNIST gives the preset's values to what was left at the source's
// default, and one spelling to what cannot matter.
func canonicalMNIST(p Params) Params {
	if p.Str("preset") == "improved-gan" {
		p = improvedGAN(p)
	}
	if !p.Bool("unsupervised") {
		p = withDefaults(p, "k", "gradient", "rollback", "batches", "g_loss", "feature_matching", "z_dim", "g_width", "g_lr")
		p = p.With("quality_samples", IntValue(0))
	}
	return canonicalUnrolling(p)
}

// improvedGAN are the numbers of OpenAI's code (experiments.md §3.2). Its
// generator's loss is feature matching alone, so g_loss does not matter.
func improvedGAN(p Params) Params {
	for _, own := range []Setting{
		{"z_dim", IntValue(100)}, {"d_lr", FloatValue(0.003)}, {"g_lr", FloatValue(0.003)}, {"lr_schedule", StringValue("constant")},
		{"weight_norm", BoolValue(true)}, {"feature_matching", StringValue("mean")},
		{"adam_eps", FloatValue(1e-4)}, // the code adds 1e-8 under the root
	} {
		if v, _ := p.Get(own.Name); v == defaultOf(own.Name) {
			p = p.With(own.Name, own.Value)
		}
	}
	return withDefaults(p, "g_loss")
}

// withDefaults sets parameters to their defaults.
func withDefaults(p Params, names ...string) Params {
	for _, name := range names {
		p = p.With(name, defaultOf(name))
	}
	return p
}

// defaultOf is a parameter's default in this task.
func defaultOf(name string) Value {
	params := mnistSSL().Params
	i := slices.IndexFunc(params, func(p Param) bool { return p.Name == name })
	return params[i].Default
}
