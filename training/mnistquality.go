package training

import "math"

// The number of images that one scoring of sample quality may take.
const (
	QualityMin = 100
	QualityMax = 10000
)

// QualitySamples is the parameter that says how many images an evaluation
// generates for its scores of sample quality.
func QualitySamples() Param {
	return Param{Name: "quality_samples", Doc: "generated images that LeNet scores whenever pictures are due; compare only trials with equal numbers; 0 for none",
		Kind: Int, Default: IntValue(QualityMax), Max: QualityMax, Among: []int64{0, QualityMin, 1000, 2000, 5000, QualityMax}}
}

// QualityMetrics are the scores of generated digits as a frozen LeNet sees
// them (experiments.md §7.3). Each has a companion of the same name behind real_:
// the score of as many training images in the generated ones' place.
func QualityMetrics() []Metric {
	return []Metric{
		{Name: "classes", Goal: Maximize, Bounds: digits, Count: true, Score: true, Doc: "digits that at least 20 % of their fair share of the generated images are (experiments.md §7.3)"},
		{Name: "class_kl", Goal: Minimize, Bounds: digitsKL, Score: true, Doc: "divergence of the generated digits' distribution from the uniform one, nats (experiments.md §7.3)"},
		{Name: "classifier_score", Goal: Maximize, Bounds: classifierScore, Score: true, Doc: "exp(E KL(p(y|x) ‖ p(y))) of the generated images, 1 to 10 (Salimans et al. 2016)"},
		{Name: "fd_lenet", Goal: Minimize, Bounds: distance, Score: true, Doc: "Fréchet distance of LeNet's 84 features from the test images' (Heusel et al. 2017; experiments.md §7.3)"},
		{Name: "kid", Goal: Minimize, Score: true, Doc: "kernel distance of the features from the test images', unbiased, cubic kernel, mean over subsets of 1,000 (Bińkowski et al. 2018)"},
		{Name: "kid_sd", Goal: Minimize, Bounds: distance, Doc: "standard deviation of kid over its subsets; nothing but rounding where all of 1,000 or fewer pictures are the subset"},
		{Name: "precision", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of generated images inside a test image's ball, to its 5th neighbour (Kynkäänniemi et al. 2019)"},
		{Name: "recall", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of test images inside a generated image's ball (Kynkäänniemi et al. 2019)"},
		{Name: "density", Goal: Maximize, Bounds: distance, Score: true, Doc: "test images' balls around a generated image, over 5; about 1 for real ones, and above it where images crowd (Naeem et al. 2020)"},
		{Name: "coverage", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of test images whose ball holds a generated image: the number that mode collapse lowers (Naeem et al. 2020)"},
	}
}

func digits(Params) (low, high float64) { return 0, 10 }

func digitsKL(Params) (low, high float64) { return 0, math.Log(10) }

func classifierScore(Params) (low, high float64) { return 1, 10 }

// distance bounds what is never negative.
func distance(Params) (low, high float64) { return 0, math.Inf(1) }
