// Package scores measures how far generated samples are from real ones, given
// features and class probabilities of both (experiments.md §7.3): Fréchet
// distance, kernel distance, precision, recall, density and coverage,
// classifier score and class counts. It knows no data set.
//
// It promises that a score is a function of its arguments' bits alone: sums
// have a fixed order and are held in float64, and products of features are
// taken in the backend's float32 only where what is rounded away cannot change
// a count (neighbours) or is below 10⁻⁷ of a term (kernels). A NaN or an
// infinity among the features makes scores NaN or counts smaller, never an
// endless loop. It imports the kernels only.
package scores
