// Package reader is a small convolutional network that reads the attributes of
// drawn faces from pictures (experiments.md §5.2): the instrument through which
// generated faces are scored, and the features for it. It looks at 32×32 pixels,
// to which larger pictures are averaged, so that one network serves all sizes.
//
// It promises that its weights are those that training from Seed gives on the
// arithmetic Numerics, that what it says of a picture is a function of the
// picture and the backend's arithmetic alone, and that its own error on faces it
// never saw is known (Judge). It imports no store, Temporal or task.
package reader
