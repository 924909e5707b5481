package training

import "math"

// FacesQualitySamples is the parameter that says how many pictures an
// evaluation generates for its scores of sample quality.
func FacesQualitySamples() Param {
	return Param{Name: "quality_samples", Doc: "generated pictures that are scored whenever pictures are due; compare only trials with equal numbers; 0 for none",
		Kind: Int, Default: IntValue(2000), Max: QualityMax, Among: []int64{0, QualityMin, 1000, 2000, 5000, QualityMax}}
}

// FacesQualityMetrics are the scores of generated faces as a frozen reader of
// attributes sees them (experiments.md §5.2, §6, §7.3). Each but those of paths
// and analogies has a companion of the same name behind real_: the score of as
// many training pictures in the generated ones' place. Imported faces, whose
// attributes nobody knows, have the first seven only.
func FacesQualityMetrics() []Metric {
	return []Metric{
		{Name: "fd_reader", Goal: Minimize, Bounds: distance, Score: true, Doc: "Fréchet distance of the attribute reader's 128 features from the test pictures' (Heusel et al. 2017; experiments.md §7.3)"},
		{Name: "kid", Goal: Minimize, Score: true, Doc: "kernel distance of the features from the test pictures', unbiased, cubic kernel, mean over subsets of 1,000 (Bińkowski et al. 2018)"},
		{Name: "kid_sd", Goal: Minimize, Bounds: distance, Doc: "standard deviation of kid over its subsets; nothing but rounding where all of 1,000 or fewer pictures are the subset"},
		{Name: "precision", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of generated pictures inside a test picture's ball, to its 5th neighbour (Kynkäänniemi et al. 2019)"},
		{Name: "recall", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of test pictures inside a generated picture's ball (Kynkäänniemi et al. 2019)"},
		{Name: "density", Goal: Maximize, Bounds: distance, Score: true, Doc: "test pictures' balls around a generated picture, over 5; about 1 for real ones, and above it where pictures crowd (Naeem et al. 2020)"},
		{Name: "coverage", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of test pictures whose ball, to its 5th neighbour, holds a generated picture: the number that mode collapse lowers (Naeem et al. 2020)"},
		{Name: "modes", Goal: Maximize, Bounds: faceModes, Count: true, Score: true, Doc: "combinations of categorical attributes that at least 20 % of their fair share of the generated pictures, and at least one, show (experiments.md §5.2)"},
		{Name: "mode_kl", Goal: Minimize, Bounds: distance, Score: true, Doc: "divergence of the generated pictures' combinations from the set's distribution, nats; never below about (modes − 1) / 2n"},
		{Name: "attributes_tv", Goal: Minimize, Bounds: Share, Score: true, Doc: "total variation of an attribute's histogram from the test pictures', mean over the 18 attributes"},
		{Name: "pairs_tv", Goal: Minimize, Bounds: Share, Score: true, Doc: "total variation of the joint histogram of two categorical attributes from the test pictures', mean over the 15 pairs"},
		{Name: "render_mse", Goal: Minimize, Bounds: distance, Score: true, Doc: "mean squared difference of a generated picture from the drawing of what is read in it, pixels from -1 to 1: renderability (experiments.md §5.2)"},
		{Name: "path_monotony", Goal: Maximize, Bounds: Share, Score: true, Doc: "|Spearman's rho| of a continuous attribute along a line between codes, mean over those whose ends differ by a fifth of the range (experiments.md §6)"},
		{Name: "path_once", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of categorical attributes that differ at a line's ends and switch exactly once on the way (experiments.md §6)"},
		{Name: "path_length", Goal: Minimize, Bounds: atLeastOne, Score: true, Doc: "length of a line's way through the features over the distance of its ends, mean (experiments.md §6)"},
		{Name: "path_middle", Goal: Minimize, Bounds: distance, Score: true, Doc: "render_mse half way between two codes over that of the codes themselves (experiments.md §6)"},
		{Name: "analogy_success", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of analogies A − B + C that show A's value and leave C's other categorical attributes alone (Radford et al. 2016; experiments.md §6)"},
		{Name: "analogy_side", Goal: Minimize, Bounds: Share, Score: true, Doc: "share of the other categorical attributes that an analogy changes (experiments.md §6)"},
	}
}

// faceModes is the number of combinations that a drawn set has; 2,304 bounds
// those of every set.
func faceModes(p Params) (low, high float64) {
	switch p.Str("data") {
	case "pfaces-modes", "pfaces-skew":
		return 0, 256
	case "pfaces-modes64":
		return 0, 64
	}
	return 0, 2304
}

func atLeastOne(Params) (low, high float64) { return 1, math.Inf(1) }
