// Package faces is the source's third experiment, convolutional GANs on pictures
// of faces (experiments.md §1.3, §5.2, §6): the networks, the batches, the
// pictures and the scores of an evaluation.
//
// It joins nets, plan and unroll into a tasks.Run, and promises what that
// interface promises: everything is a function of the config, the data set and
// the step. The set comes from the caller, which finds it by name and digest;
// what scores the pictures comes from the caller too. The package reads no file.
package faces
