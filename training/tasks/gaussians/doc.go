// Package gaussians is the source's first experiment, two-dimensional Gaussian
// mixtures (experiments.md §1.1, §7.1): the data, the models' sizes, the scores
// and the sample files.
//
// It joins nets, plan and unroll into a tasks.Run, and promises what that
// interface promises: everything is a function of the config and the step.
package gaussians
