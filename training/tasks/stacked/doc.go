// Package stacked is the paper's experiment on stacked MNIST (experiments.md
// §2.2, §7.2): three digits drawn at random are the channels of one image, so
// that the data have a thousand equal modes, and what is counted is how many of
// them a small generator keeps against a smaller discriminator.
//
// It joins nets, plan and unroll into a tasks.Run, and promises what that
// interface promises: everything is a function of the config, the data set and
// the step. The set comes from the caller, which finds it by its digest.
package stacked
