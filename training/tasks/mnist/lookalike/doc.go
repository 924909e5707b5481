// Package lookalike draws data sets in the form of MNIST, of any size, for
// tests on machines that do not have the real files: digits of a few strokes,
// each moved, turned, slanted and thickened a little, 28×28 bytes, in IDX files.
//
// It promises that a set is a function of its sizes and seed alone, that its
// classes can be told apart, and that its digest is never the published one.
// Tests only: what is trained on it says nothing about MNIST.
package lookalike
