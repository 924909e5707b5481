// Package unroll is one outer iteration of unrolled training: the look-ahead of
// the discriminator, the generator's step, and the way back (experiments.md
// §1.0, design.md §7).
//
// It promises that the discriminator's weights end every iteration where its
// first look-ahead step left them, except with rollback none and k > 1, and that
// each rollback mode treats the optimizer's state as its name says: Adam's moments
// and counter; SGD has no moments, so that all modes but none train the same. The
// full gradient is exact: the derivative of the whole look-ahead, Adam's moments
// included (experiments.md §8.2). It knows neither networks nor data: a Game
// computes gradients, a Player holds parameters.
package unroll
