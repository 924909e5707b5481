// Package quality scores generated faces against a face set (experiments.md
// §5.2, §6, §7.3): the attribute reader looks at them (package reader). Its
// features give the distances and neighbourhoods of package scores, on any face
// set; its readings give modes, attributes' distributions, renderability,
// interpolations and analogies, on drawn sets only.
//
// It promises that a score is a function of the pictures, the set and the
// backend's arithmetic alone, that what is known of real pictures is computed
// once for all trials of a process and never changed, and that cost and memory
// are bounded by the numbers of pictures and of pairs that it is asked for. It
// imports no store, Temporal or task.
package quality
