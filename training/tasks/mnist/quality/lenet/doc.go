// Package lenet is the frozen classifier that the sample scores of MNIST look
// through (experiments.md §7.3): LeNet-5 (LeCun, Bottou, Bengio and Haffner,
// Gradient-based learning applied to document recognition, 1998) with
// rectifiers and max-pooling, 84 features before its logits, trained once on
// the 60,000 training images from a fixed seed. Its weights are part of the
// program: weights.safetensors, whose sha256 is Digest.
//
// It promises that Load gives those weights and no others, that training again
// on the published images with the same arithmetic gives the same bytes, and
// that an image's features do not depend on the images beside it. It never
// looks for files, and imports no store, Temporal or task.
package lenet
