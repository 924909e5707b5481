package stacked

import (
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/scores"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality/lenet"
)

// judge counts modes: a frozen LeNet reads the digit of each channel
// (experiments.md §7.2), and a mode is three digits, red first.
type judge struct {
	reader   *lenet.Reader
	features []float32 // room for a chunk of stacks
	logits   []float32
}

func newJudge(be kernels.Backend[float32]) (*judge, error) {
	net, err := lenet.Load()
	if err != nil {
		return nil, fmt.Errorf("task stacked-mnist: %w", err)
	}
	reader, err := lenet.NewReader(be, net)
	return &judge{reader: reader, features: make([]float32, channels*chunk*lenet.Features), logits: make([]float32, channels*chunk*data.Classes)}, err
}

// count adds the modes of some stacks (n, 3·784), n ≤ chunk, ink from 0 to 1, to
// the counts of all modes.
func (j *judge) count(counts []int, stacks []float32) {
	n := len(stacks) / data.Pixels
	j.reader.Read(j.features, j.logits, stacks)
	digits := digitsOf(j.logits[:n*data.Classes])
	for i := 0; i < n; i += channels {
		counts[mode(digits[i:])]++
	}
}

// mode is the place of three digits.
func mode(digits []int) int { return 100*digits[0] + 10*digits[1] + digits[2] }

// digitsOf are the most probable digits of some logits (n, 10), the first of
// equal ones.
func digitsOf(logits []float32) []int {
	out := make([]int, len(logits)/data.Classes)
	for i := range out {
		own := logits[i*data.Classes:][:data.Classes]
		for digit, l := range own {
			if l > own[out[i]] {
				out[i] = digit
			}
		}
	}
	return out
}

// real counts the modes of n stacks of test images, drawn alike in every trial:
// the ceiling. It reads each image once.
func (j *judge) real(test data.Part, n int) []int {
	all := make([]int32, test.Len())
	for i := range all {
		all[i] = int32(i)
	}
	features, logits := make([]float32, len(all)*lenet.Features), make([]float32, len(all)*data.Classes)
	j.reader.ReadPart(features, logits, test, all)
	digits := digitsOf(logits)
	chosen := make([]int32, channels*n)
	draw(chosen, len(all), kernels.NewKey(0), kernels.Counter{Stream: kernels.StreamEvalReal})
	counts := make([]int, training.StackedModes)
	for i := 0; i < len(chosen); i += channels {
		counts[mode([]int{digits[chosen[i]], digits[chosen[i+1]], digits[chosen[i+2]]})]++
	}
	return counts
}

// points names the scores as the schema does.
func points(prefix string, counts []int) []training.Point {
	covered := 0
	for _, n := range counts {
		if n > 0 {
			covered++
		}
	}
	return []training.Point{
		{Metric: prefix + "modes", Value: float64(covered)},
		{Metric: prefix + "mode_kl", Value: scores.Imbalance(counts)},
	}
}
