// Package synthetic fills a store with a made-up sweep of any size, through the
// same claims and commits that training uses, so that what reads the store can
// be tested and measured on a known data set.
//
//	spec := synthetic.Spec{Trials: 100, Metrics: 10, Steps: 1000}
//	if err := synthetic.Fill(ctx, store, spec, nil); err != nil { … }
//
// makes the sweep "synthetic" with one experiment, "ring": cells over k, z_dim
// and d_lr with ten seeds each, and 1,000,000 points. 10,000 trials give 100
// million points, in about two minutes and 1 GB with a store opened with
// ?synchronous_commit=off. The sweep ends as done, in a fixed mixture: see Fate.
//
// It promises that every value is a function of (trial, metric, step): Value
// gives it again, so that a reader's answer can be checked exactly. Pictures and
// checkpoint objects are not made; checkpoint pointers are. It imports storage
// and training only, and takes its store as an interface.
package synthetic
