package training

import (
	"fmt"
	"strings"
)

// faces is the source's third experiment: convolutional networks on pictures of
// faces (experiments.md §1.3), with the source's numbers as defaults.
func faces() Schema {
	params := append(facesUnrolling(),
		Param{Name: "data", Doc: "pfaces are drawn by this program (full: everything varies; modes, modes64: 256 or 64 kinds of faces, equally frequent; skew: 256 kinds, some rare; corr: two attributes that go together); faces are what `sweep data import faces` has read",
			Kind: String, Default: StringValue("pfaces-full"), Enum: []string{"pfaces-full", "pfaces-modes", "pfaces-modes64", "pfaces-skew", "pfaces-corr", "faces"}},
		Param{Name: "size", Doc: "side of the pictures, pixels", Kind: Int, Default: IntValue(96), Min: 32, Max: 96, Among: []int64{32, 48, 64, 96}},
		Param{Name: "epochs", Doc: "epochs of eval_every outer iterations: generator updates", Kind: Int, Default: IntValue(300), Min: 1, Max: 1e4},
		Param{Name: "eval_every", Doc: "outer iterations of an epoch", Kind: Int, Default: IntValue(500), Min: 1, Max: 1e5},
		Param{Name: "samples_every", Doc: "epochs between pictures with their scores, beside epoch 1 and the last", Kind: Int, Default: IntValue(5), Min: 1, Max: 1e6},
		Param{Name: "batch", Doc: "real and generated pictures per step", Kind: Int, Default: IntValue(128), Min: 2, Max: 1024},
		Param{Name: "z_dim", Doc: "dimension of the generator's uniform noise", Kind: Int, Default: IntValue(50), Min: 1, Max: 4096},
		Param{Name: "g_channels", Doc: "channels before the generator's last layer; each layer before has twice as many", Kind: Int, Default: IntValue(128), Min: 1, Max: 512},
		Param{Name: "d_channels", Doc: "channels of the discriminator's first layer; each of the three that follow has twice as many", Kind: Int, Default: IntValue(32), Min: 1, Max: 256},
		Param{Name: "input_noise", Doc: "standard deviation of the noise on the discriminator's input", Kind: Float, Default: FloatValue(0.3), Max: 10},
		Param{Name: "minibatch_discrimination", Doc: "50 kernels of 5 dimensions before the discriminator's last layer", Kind: Bool, Default: BoolValue(false)},
		Param{Name: "init_scale", Doc: "factor on He's normal initialiser", Kind: Float, Default: FloatValue(0.001), Min: 1e-6, Max: 100},
		Param{Name: "d_lr", Doc: "the discriminator's step size", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "g_lr", Doc: "the generator's step size", Kind: Float, Default: FloatValue(1e-3), Max: 10},
		Param{Name: "beta1", Doc: "Adam's first decay", Kind: Float, Default: FloatValue(0.5), Max: 0.999999},
		Param{Name: "beta2", Doc: "Adam's second decay", Kind: Float, Default: FloatValue(0.999), Max: 0.999999},
		Param{Name: "adam_eps", Doc: "Adam's epsilon, added to the uncorrected root", Kind: Float, Default: FloatValue(1e-8), Min: 1e-30, Max: 1},
		Param{Name: "paths", Doc: "how interpolations go from code to code: linear, as the source; norm-corrected, each point as long as the mix of the ends' lengths says",
			Kind: String, Default: StringValue("linear"), Enum: []string{"linear", "norm-corrected"}},
		Param{Name: "path_pairs", Doc: "pairs of codes whose interpolations are scored after the last epoch; 0 for none", Kind: Int, Default: IntValue(100), Max: 10000},
		FacesQualitySamples(),
	)
	return Schema{
		Task: "faces", Doc: "faces, 32×32 to 96×96", StepsParam: "epochs", StepsPer: "eval_every",
		DataBy: facesData, DataParams: []string{"data", "size"},
		Params: params, Canonical: canonicalUnrolling, Metrics: facesMetrics(),
	}
}

// facesData is the name of the pictures' set: "pfaces-full-96".
func facesData(p Params) string { return fmt.Sprintf("%s-%d", p.Str("data"), p.Int("size")) }

// facesUnrolling are the parameters of the unrolled objective in this task's
// words.
func facesUnrolling() []Param {
	params := unrolling()
	for i := range params {
		switch params[i].Name {
		case "gradient":
			params[i].Doc += "; in full a look-ahead step takes about three times the time"
		case "rollback":
			params[i].Doc += "; under restore and reset the look-ahead's passes of the generator leave no trace in its normalisation statistics"
		case "batches":
			params[i].Doc += "; the discriminator's noise is always fresh"
		case "g_loss":
			params[i].Doc = "the generator's loss: mean softplus(-l) of generated pictures, or the discriminator's loss with its sign turned"
		}
	}
	return params
}

func facesMetrics() []Metric {
	all := []Metric{
		{Name: "d_loss", Goal: Minimize, Doc: "the discriminator's loss at the first look-ahead step, mean over the batch"},
		{Name: "d_real", Goal: Maximize, Bounds: Share, Doc: "mean D(x) of real pictures at the first look-ahead step"},
		{Name: "d_fake", Goal: Minimize, Bounds: Share, Doc: "mean D(x) of generated pictures at the first look-ahead step"},
		{Name: "g_loss", Goal: Minimize, Doc: "the generator's loss against the discriminator after the look-ahead"},
	}
	own := FacesQualityMetrics()
	all = append(all, own...)
	for _, m := range own {
		if strings.HasPrefix(m.Name, "path_") || strings.HasPrefix(m.Name, "analogy_") { // of a generator alone
			continue
		}
		m.Name, m.Doc = "real_"+m.Name, m.Name+" of training pictures in the generated ones' place, at step 0"
		all = append(all, m)
	}
	return all
}
