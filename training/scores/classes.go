package scores

import "sweep/training/kernels"

// Probabilities turns logits (n, classes) into p(y|x), in float64.
func Probabilities(logits kernels.Matrix[float32]) []float64 {
	out := make([]float64, len(logits.Data))
	for i := range logits.Rows {
		in, p := row(logits, i), out[i*logits.Cols:(i+1)*logits.Cols]
		largest := in[0]
		for _, l := range in {
			largest = max(largest, l)
		}
		var sum float64
		for c, l := range in {
			p[c] = kernels.Exp(float64(l) - float64(largest))
			sum += p[c]
		}
		for c := range p {
			p[c] /= sum
		}
	}
	return out
}

// ClassifierScore is exp(E KL(p(y|x) ‖ p(y))) over all samples at once, 1 to
// the number of classes (Salimans et al. 2016, with the classifier at hand in
// Inception's place; experiments.md §7.3).
func ClassifierScore(probabilities []float64, classes int) float64 {
	n := len(probabilities) / classes
	marginal := make([]float64, classes)
	for i, p := range probabilities {
		marginal[i%classes] += p
	}
	for c := range marginal {
		marginal[c] = kernels.Log(marginal[c] / float64(n))
	}
	var total float64
	for i, p := range probabilities {
		if p != 0 { // 0·log 0 = 0
			total += float64(p * (kernels.Log(p) - marginal[i%classes]))
		}
	}
	return kernels.Exp(total / float64(n))
}

// Counts is how many samples each class is most probable for, the first of
// equal ones.
func Counts(probabilities []float64, classes int) []int {
	counts := make([]int, classes)
	for ; len(probabilities) > 0; probabilities = probabilities[classes:] {
		best := 0
		for c, p := range probabilities[:classes] {
			if p > probabilities[best] {
				best = c
			}
		}
		counts[best]++
	}
	return counts
}

// Covered is the number of classes with at least a share of what a fair
// distribution would give them.
func Covered(counts []int, share float64) (covered int) {
	least := share * float64(total(counts)) / float64(len(counts))
	for _, c := range counts {
		if float64(c) >= least {
			covered++
		}
	}
	return covered
}

// Imbalance is the divergence KL(p ‖ uniform) of the counts' distribution,
// nats: 0 to the logarithm of the number of classes; 0·log 0 = 0.
func Imbalance(counts []int) (kl float64) {
	n := float64(total(counts))
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / n
			kl += float64(p * kernels.Log(p*float64(len(counts))))
		}
	}
	return kl
}

func total(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
