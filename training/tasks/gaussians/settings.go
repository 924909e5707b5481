package gaussians

import (
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// settings are a config's parameters, typed.
type settings struct {
	key                         kernels.Key
	mixture                     Mixture
	k                           int
	rollback                    unroll.Rollback
	full                        bool // gradient: through the look-ahead
	fixed                       bool // batches: one for all look-ahead steps and the generator's
	gLoss                       nets.GeneratorLoss
	hidden                      nets.Activation // of both networks; no parameter sets it, tests do
	batch, zDim, gWidth, dWidth int
	initScale, inputScale       float64
	g, d                        unroll.Adam
	sgd                         bool // the discriminator steps by SGD at d's rate
	steps                       int64
	evalEvery, samplesEvery     int64
}

func read(cfg training.Config) (settings, error) {
	p := cfg.Params
	mixture, err := NewMixture(p.Str("mixture"), p.Float("sigma"))
	if err != nil {
		return settings{}, fmt.Errorf("%w: %w", training.ErrConfig, err)
	}
	adam := unroll.Adam{Beta1: p.Float("beta1"), Beta2: p.Float("beta2"), Eps: p.Float("adam_eps")}
	s := settings{
		key: kernels.NewKey(cfg.Seed), mixture: mixture,
		k: int(p.Int("k")), rollback: unroll.Rollback(p.Str("rollback")),
		full: p.Str("gradient") == "full" && p.Int("k") > 0, fixed: p.Str("batches") == "fixed" && p.Int("k") > 0, gLoss: nets.GeneratorLoss(p.Str("g_loss")),
		batch: int(p.Int("batch")), zDim: int(p.Int("z_dim")),
		gWidth: int(p.Int("g_width")), dWidth: int(p.Int("d_width")),
		initScale: p.Float("init_scale"), inputScale: 1 / p.Float("data_scale"),
		g: adam, d: adam, sgd: p.Str("d_optimizer") == "sgd",
		steps: cfg.Steps(), evalEvery: p.Int("eval_every"), samplesEvery: p.Int("samples_every"),
	}
	s.g.Rate, s.d.Rate = p.Float("g_lr"), p.Float("d_lr")
	return s, nil
}

// evaluates tells whether an evaluation is due: at step 0, every epoch, and at
// the last step.
func (s settings) evaluates(step int64) bool {
	return step%s.evalEvery == 0 || step == s.steps
}

// samples tells whether an evaluation keeps its points: at epochs 0 and 1, every
// samples_every epochs, and at the last step.
func (s settings) samples(step int64) bool {
	epoch := step / s.evalEvery
	return step == s.steps || step%s.evalEvery == 0 && (epoch == 1 || epoch%s.samplesEvery == 0)
}
