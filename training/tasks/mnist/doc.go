// Package mnist is the source's second experiment, semi-supervised MNIST
// (experiments.md §1.2, §3.2, §7.3): the networks' sizes, the batches, the
// scores of the classifier, and the pictures.
//
// It joins nets, plan and unroll into a tasks.Run, and promises what that
// interface promises: everything is a function of the config, the data set and
// the step. The set comes from the caller, which finds it by its digest; the
// package reads no file. Reading and splitting the set is package data.
package mnist
