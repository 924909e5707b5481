package faces

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// settings are a config's parameters, typed.
type settings struct {
	key       kernels.Key
	size      int
	k         int
	full      bool // gradient: through the look-ahead
	rollback  unroll.Rollback
	shared    bool // one batch of each kind for all look-ahead steps and the generator's: batches fixed, or k = 0
	batch     int
	loss      nets.GeneratorLoss
	initScale float64

	generator, discriminator nets.ConvForm

	d, g                            unroll.Adam
	sgd                             bool // the discriminator steps by SGD at d's rate
	epochs, evalEvery, samplesEvery int64
	corrected                       bool // paths: norm-corrected
	scored, paths                   int  // pictures whose quality is scored, pairs of codes whose paths are; 0 for none
}

func read(cfg training.Config) settings {
	p := cfg.Params
	adam := unroll.Adam{Beta1: p.Float("beta1"), Beta2: p.Float("beta2"), Eps: p.Float("adam_eps")}
	s := settings{
		key: kernels.NewKey(cfg.Seed), size: int(p.Int("size")), k: int(p.Int("k")), rollback: unroll.Rollback(p.Str("rollback")),
		batch: int(p.Int("batch")), loss: nets.GeneratorLoss(p.Str("g_loss")), initScale: p.Float("init_scale"),
		d: adam, g: adam, sgd: p.Str("d_optimizer") == "sgd",
		epochs: p.Int("epochs"), evalEvery: p.Int("eval_every"), samplesEvery: p.Int("samples_every"),
		corrected: p.Str("paths") == "norm-corrected", scored: int(p.Int("quality_samples")), paths: int(p.Int("path_pairs")),
	}
	s.full = p.Str("gradient") == "full" && s.k > 0
	s.shared = p.Str("batches") == "fixed" || s.k == 0
	s.d.Rate, s.g.Rate = p.Float("d_lr"), p.Float("g_lr")
	s.generator, s.discriminator = Networks(p)
	return s
}

// zDim is the dimension of the codes.
func (s settings) zDim() int { return s.generator.In.Size() }

// inputNoise is the deviation of the noise on the discriminator's input.
func (s settings) inputNoise() float32 { return float32(s.discriminator.Layers[0].Sigma) }

// takenBack tells whether look-ahead steps after the first leave no trace in the
// generator's running statistics (design.md §7).
func (s settings) takenBack() bool {
	return s.rollback == unroll.Restore || s.rollback == unroll.Reset
}

// draws tells whether an evaluation keeps pictures: after epoch 1, every
// samples_every epochs, and after the last.
func (s settings) draws(step int64) bool {
	epoch := step / s.evalEvery
	return step%s.evalEvery == 0 && epoch > 0 && (epoch == 1 || epoch%s.samplesEvery == 0 || epoch == s.epochs)
}
