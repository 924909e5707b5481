package data

import (
	"fmt"

	"sweep/training/kernels"
)

// ValidationSize is the number of training images that the source keeps for
// validation (experiments.md §1.2): 10,000 of the 60,000, and a sixth of a set
// of any other size.
func ValidationSize(images int) int { return images / 6 }

// Split divides the training images of one trial. Each index is in exactly one
// of the three; labelled images are not in the unlabelled pool.
type Split struct {
	Labelled   []int32 // equally many of each class, in the order they were drawn
	Unlabelled []int32
	Validation []int32
}

// NewSplit draws the source's split (experiments.md §1.2) from a trial's seed:
// shuffle the images; walk them and take an image as labelled while its class
// has fewer than labelled/10; the others fill the unlabelled pool, and the last
// validation of them are the validation images.
//
// The shuffle depends on the seed alone, so a seed's labelled images at 10
// labels are among those at 20, and trials of one seed share the split whatever
// else they vary. labelled is a multiple of 10; labelled + validation may use
// up all images, which leaves the unlabelled pool empty.
func NewSplit(labels []uint8, labelled, validation int, key kernels.Key) (Split, error) {
	pool := len(labels) - validation - labelled
	if labelled < Classes || labelled%Classes != 0 || validation < 1 || pool < 0 {
		return Split{}, fmt.Errorf("labels %d: expected a multiple of 10 from 10 to %d (of %d images %d are for validation)",
			labelled, len(labels)-validation, len(labels), validation)
	}
	s := Split{make([]int32, 0, labelled), make([]int32, 0, pool), make([]int32, 0, validation)}
	var taken [Classes]int
	order := make([]int32, len(labels))
	Shuffle(order, key, kernels.Counter{Stream: kernels.StreamSplit})
	for _, i := range order {
		class := labels[i]
		switch {
		case taken[class] < labelled/Classes:
			taken[class]++
			s.Labelled = append(s.Labelled, i)
		case len(s.Unlabelled) < pool:
			s.Unlabelled = append(s.Unlabelled, i)
		default:
			s.Validation = append(s.Validation, i)
		}
	}
	return s, enough(taken, labelled/Classes)
}

// enough refuses a set with fewer images of a class than are to be labelled.
func enough(taken [Classes]int, want int) error {
	for class, n := range taken {
		if n < want {
			return fmt.Errorf("labels %d: there are only %d images of the digit %d", want*Classes, n, class)
		}
	}
	return nil
}
