// Package sweeps reads the experiment file and says which trials it means. The
// files that ship lie beside it.
//
// It promises to be pure: the same bytes give the same trials in the same
// order with the same hashes, on every machine, because nothing but the bytes
// is looked at. Parse reports every mistake of a file at once, each with its
// line, its column, its path and, where one is near, the right word; hostile
// files are refused in milliseconds and small memory.
//
// It never imports a store, Temporal or anything that trains, and reads no
// clock, environment, file or random number; what a task's parameters are it
// learns from the schemas in package training.
package sweeps
