// Package pfaces draws anime-like faces with known attributes (experiments.md
// §5.2), so that a face set needs no scraped artwork: twelve continuous
// attributes, six categorical ones, and nuisances that nobody labels. The
// pictures are dedicated to the public domain (CC0).
//
// It promises that picture i of a split is a function of (variant, size, seed,
// split, i) alone, byte for byte on every architecture: geometry is float64 in
// which every product is rounded by itself (mul), everything after it integers.
// One vector program draws all sizes, at four times the size, and a box filter
// takes it down. No attribute is ever wholly hidden.
//
// It imports kernels for random words and the form of a face set (faces/data);
// no store, no graph, no file.
package pfaces
