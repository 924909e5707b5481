package training

import "slices"

// Schemas lists every task's schema, in the order that listings show them.
func Schemas() []Schema {
	return []Schema{gaussians(), mnistSSL(), stackedMNIST(), faces(), noop(), noopMNIST(), later()}
}

// SchemaOf finds a task's schema by name.
func SchemaOf(task string) (Schema, bool) {
	all := Schemas()
	i := slices.IndexFunc(all, func(s Schema) bool { return s.Task == task })
	if i < 0 {
		return Schema{}, false
	}
	return all[i], true
}

// unrolling are the parameters of the unrolled objective, shared by all tasks.
func unrolling() []Param {
	return []Param{
		{Name: "k", Doc: "unrolling steps of the discriminator; 0 is the paper's standard GAN, 1 the source's baseline",
			Kind: Int, Default: IntValue(1), Max: 100},
		{Name: "gradient", Doc: "how the generator's gradient treats the look-ahead: as a constant (truncated) or in full, as the paper does",
			Kind: String, Default: StringValue("truncated"), Enum: []string{"truncated", "full"}},
		{Name: "rollback", Doc: "what happens to the discriminator's optimizer state (Adam's moments and counter; sgd has none) when the discriminator's weights go back to step 1; none keeps all k steps",
			Kind: String, Default: StringValue("carry"), Enum: []string{"carry", "restore", "reset", "none"}},
		{Name: "batches", Doc: "fresh: every look-ahead step and the generator's draw their own; fixed: one real and one z batch serves them all",
			Kind: String, Default: StringValue("fresh"), Enum: []string{"fresh", "fixed"}},
		{Name: "g_loss", Doc: "the generator's loss: mean softplus(-l) of generated points, or the discriminator's loss with its sign turned",
			Kind: String, Default: StringValue("non-saturating"), Enum: []string{"non-saturating", "minimax"}},
		{Name: "d_optimizer", Doc: "how the discriminator steps, look-ahead included: Adam, or plain SGD, weights − d_lr·gradient",
			Kind: String, Default: StringValue("adam"), Enum: []string{"adam", "sgd"}},
	}
}

// canonicalUnrolling gives one spelling to unrolling parameters that cannot
// matter (design.md §4.5). SGD has no state that a rollback could keep, give back
// or zero; what none keeps are weights.
func canonicalUnrolling(p Params) Params {
	k, sgd := p.Int("k"), p.Str("d_optimizer") == "sgd"
	if r := p.Str("rollback"); k <= 1 && (r == "restore" || r == "none") || sgd && (r == "restore" || r == "reset") {
		p = p.With("rollback", StringValue("carry"))
	}
	if k == 0 {
		p = p.With("gradient", StringValue("truncated")).With("batches", StringValue("fresh"))
	}
	return p
}

// noop is the task that trains nothing: it measures the runner itself.
func noop() Schema {
	return Schema{
		Task: "noop", Doc: "nothing, step by step: measures the runner", Hidden: true, StepsParam: "steps",
		Params: []Param{
			{Name: "steps", Doc: "number of steps", Kind: Int, Default: IntValue(1), Min: 1, Max: 1e8},
			{Name: "delay_ms", Doc: "pause per step, milliseconds", Kind: Int, Max: 60000, Default: IntValue(0)},
			{Name: "diverge_at", Doc: "step whose value is NaN, 0 for never", Kind: Int, Max: 1e8, Default: IntValue(0)},
			{Name: "variant", Doc: "tells trials apart", Kind: Int, Max: 1e9, Default: IntValue(0)},
		},
		Metrics: []Metric{{Name: "value", Doc: "a pseudo-random number of seed and step", Goal: Maximize}},
	}
}

// noopMNIST is noop over a data set: it measures and tests how a set's digest
// and files get to the workers.
func noopMNIST() Schema {
	return Schema{
		Task: "noop-mnist", Doc: "looks at one image of MNIST a step", Hidden: true, Data: "mnist", StepsParam: "steps",
		Params:  []Param{{Name: "steps", Doc: "number of steps", Kind: Int, Default: IntValue(1), Min: 1, Max: 1e8}},
		Metrics: []Metric{{Name: "value", Doc: "mean byte of the image, 0 to 255", Goal: Maximize}},
	}
}

// later is a task that this version knows by name only: it tests how files that
// name such a task are treated.
func later() Schema {
	return Schema{Task: "noop-later", Doc: "a task of a later version", Missing: true, Hidden: true}
}
