package mnist

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// settings are a config's parameters, typed.
type settings struct {
	key          kernels.Key
	improved     bool // preset: improved-gan
	labels       int
	unsupervised bool // false: no unlabelled term and no generator
	k            int
	rollback     unroll.Rollback
	shared       bool // one batch of each kind for all look-ahead steps and the generator's: batches fixed, or k = 0
	batch        int

	classifier nets.ClassifierForm
	generator  nets.ImageGeneratorForm
	loss       nets.GeneratorStep // but for Images

	d, g                    unroll.Adam // at the first epoch's rates
	sgd                     bool        // the discriminator steps by SGD at d's rate
	constant                bool        // the rates do not fall
	epochs                  int64
	evalEvery, samplesEvery int64
	scored                  int // images whose quality is scored; 0 for none
}

func read(cfg training.Config) settings {
	p := cfg.Params
	adam := unroll.Adam{Beta1: p.Float("beta1"), Beta2: p.Float("beta2"), Eps: p.Float("adam_eps")}
	s := settings{
		key: kernels.NewKey(cfg.Seed), improved: p.Str("preset") == "improved-gan", labels: int(p.Int("labels")),
		unsupervised: p.Bool("unsupervised"), k: int(p.Int("k")), rollback: unroll.Rollback(p.Str("rollback")),
		batch: int(p.Int("batch")), d: adam, g: adam, sgd: p.Str("d_optimizer") == "sgd", constant: p.Str("lr_schedule") == "constant",
		epochs: p.Int("epochs"), evalEvery: p.Int("eval_every"), samplesEvery: p.Int("samples_every"),
		scored: int(p.Int("quality_samples")),
	}
	s.shared = p.Str("batches") == "fixed" || s.k == 0
	s.d.Rate, s.g.Rate = p.Float("d_lr"), p.Float("g_lr")
	s.classifier = classifierForm(p, s.improved)
	s.generator = nets.ImageGeneratorForm{Z: int(p.Int("z_dim")), Width: int(p.Int("g_width")), Out: data.Pixels, Improved: s.improved}
	s.loss = nets.GeneratorStep{Batch: s.batch, Loss: nets.GeneratorLoss(p.Str("g_loss")), MatchOnly: s.improved}
	if m := p.Str("feature_matching"); m != "off" {
		s.loss.Match = nets.Matching(m)
	}
	if s.improved && s.loss.Match == "" {
		s.loss.Match = nets.MatchMeans
	}
	return s
}

// classifierForm is 784-1000-500-250-10 with softplus in the source
// (experiments.md §1.2); 784-1000-500-250-250-250-10 with ReLU and the noise
// after it in OpenAI's code (§3.2).
func classifierForm(p training.Params, improved bool) nets.ClassifierForm {
	w := int(p.Int("d_width"))
	f := nets.ClassifierForm{
		In: data.Pixels, Hidden: []int{w, w / 2, w / 4}, Classes: data.Classes, Activation: kernels.Activation{Curve: kernels.Softplus},
		InputNoise: p.Float("input_noise"), LayerNoise: p.Float("layer_noise"), WeightNorm: p.Bool("weight_norm"),
	}
	if improved {
		f.Hidden = append(f.Hidden, w/4, w/4)
		f.Activation = kernels.Activation{Curve: kernels.Rectified}
		f.NoiseAfter, f.FixedScales = true, f.WeightNorm
	}
	if p.Bool("minibatch_discrimination") {
		f.Similar, f.SimilarDims = 50, 5
	}
	return f
}

// falloff is what the rates are multiplied by in a step ≥ 1: the source's 1e-3
// until epoch 9, 3e-4 until epoch 49, and 1e-4 (experiments.md §1.2). Epochs
// count from 1.
func (s settings) falloff(rate float64, step int64) float64 {
	epoch := (step-1)/s.evalEvery + 1
	switch {
	case s.constant || epoch < 10:
		return rate
	case epoch < 50:
		return 0.3 * rate
	}
	return 0.1 * rate
}

// labelledBatch is the size of the labelled batch: the source shows each
// labelled image at most once in a step, OpenAI's code repeats them.
func (s settings) labelledBatch() int {
	if s.improved {
		return s.batch
	}
	return min(s.batch, s.labels)
}

// batches are the sizes of the discriminator's batches.
func (s settings) batches() nets.Batches {
	b := nets.Batches{Labelled: s.labelledBatch()}
	if s.unsupervised {
		b.Unlabelled, b.Fake = s.batch, s.batch
	}
	return b
}

// weight is that of the unsupervised loss.
func (s settings) weight() float64 {
	if s.improved {
		return 0.5
	}
	return 1
}

// evaluates tells whether an evaluation is due: at step 0 and after every epoch.
func (s settings) evaluates(step int64) bool { return step%s.evalEvery == 0 }

// draws tells whether an evaluation keeps pictures: after epoch 1, every
// samples_every epochs, and after the last.
func (s settings) draws(step int64) bool {
	epoch := step / s.evalEvery
	return epoch > 0 && (epoch == 1 || epoch%s.samplesEvery == 0 || epoch == s.epochs)
}
