package stacked

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// settings are a config's parameters, typed.
type settings struct {
	key                               kernels.Key
	k                                 int
	rollback                          unroll.Rollback
	full                              bool // gradient: through the look-ahead
	fixed                             bool // batches: one for all look-ahead steps and the generator's
	gLoss                             nets.GeneratorLoss
	batch, zDim, gChannels, dChannels int
	initSD                            float64
	g, d                              unroll.Adam
	sgd                               bool // the discriminator steps by SGD at d's rate
	steps, evalEvery, samplesEvery    int64
	scored                            int  // images that modes are counted among
	smooth                            bool // tanh in place of every ReLU; no parameter sets it, tests do
}

func read(cfg training.Config) settings {
	p := cfg.Params
	adam := unroll.Adam{Beta1: p.Float("beta1"), Beta2: p.Float("beta2"), Eps: p.Float("adam_eps")}
	ahead := p.Int("k") > 0
	s := settings{
		key: kernels.NewKey(cfg.Seed), k: int(p.Int("k")), rollback: unroll.Rollback(p.Str("rollback")),
		full: ahead && p.Str("gradient") == "full", fixed: ahead && p.Str("batches") == "fixed", gLoss: nets.GeneratorLoss(p.Str("g_loss")),
		batch: int(p.Int("batch")), zDim: int(p.Int("z_dim")), gChannels: int(p.Int("g_channels")), dChannels: int(p.Int("d_channels")),
		initSD: p.Float("init_sd"), g: adam, d: adam, sgd: p.Str("d_optimizer") == "sgd",
		steps: cfg.Steps(), evalEvery: p.Int("eval_every"), samplesEvery: p.Int("samples_every"), scored: int(p.Int("score_samples")),
	}
	s.g.Rate, s.d.Rate = p.Float("g_lr"), p.Float("d_lr")
	return s
}

// takenBack tells whether look-ahead steps after the first leave no trace in the
// generator's running statistics (design.md §7): with restore and reset they go
// back to what they were after the first.
func (s settings) takenBack() bool {
	return s.rollback == unroll.Restore || s.rollback == unroll.Reset
}

// evaluates tells whether an evaluation is due: at step 0, every epoch, and at
// the last step.
func (s settings) evaluates(step int64) bool {
	return step%s.evalEvery == 0 || step == s.steps
}

// draws tells whether an evaluation keeps pictures: at epochs 0 and 1, every
// samples_every epochs, and at the last step.
func (s settings) draws(step int64) bool {
	epoch := step / s.evalEvery
	return step == s.steps || step%s.evalEvery == 0 && (epoch == 1 || epoch%s.samplesEvery == 0)
}
