package training

// FacesQualitySamples is the parameter that says how many pictures an
// evaluation generates for its scores of sample quality.
func FacesQualitySamples() Param {
	return Param{Name: "quality_samples", Doc: "generated pictures that are scored whenever pictures are due; compare only trials with equal numbers; 0 for none",
		Kind: Int, Default: IntValue(2000), Max: QualityMax, Among: []int64{0, QualityMin, 1000, 2000, 5000, QualityMax}}
}

// FacesQualityMetrics are the scores of generated faces. Each has a companion of
// the same name behind real_: the score of as many training pictures in the
// generated ones' place.
func FacesQualityMetrics() []Metric {
	return []Metric{
		{Name: "coverage", Goal: Maximize, Bounds: Share, Score: true, Doc: "share of test pictures whose ball, to its 5th neighbour, holds a generated picture: the number that mode collapse lowers (Naeem et al. 2020)"},
	}
}
