// Package quality scores generated digits against MNIST (experiments.md §7.3):
// a frozen LeNet looks at them (package lenet), and the scores are those of
// package scores on what it sees.
//
// It promises that a score is a function of the images, the data set and the
// backend's arithmetic alone, that what is known of real images is computed
// once for all trials of a process and never changed, and that the memory it
// takes is bounded by training.QualityMax. It imports no store, Temporal or task.
package quality
