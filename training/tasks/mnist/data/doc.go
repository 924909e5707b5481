// Package data is MNIST as the task mnist-ssl sees it: the four files read and
// checked (Load), the split into labelled, unlabelled and validation images
// (NewSplit), and the indices and pixels of batches (Draw, Order, Part.Fill).
//
// It promises that a Set holds what its files hold and nothing else, that
// Set.Digest names those contents whatever their compression or folder, and
// that splits, orders and draws are functions of the trial's seed and their
// position alone. Reading is bounded by the size of the file at hand: a file
// that promises more than it can hold is refused before memory is taken.
//
// It never imports a store, Temporal or the network, and never looks for a
// folder: the caller says where the files are.
package data
