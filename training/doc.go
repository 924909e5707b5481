// Package training is the vocabulary of training: what a trial is made of
// (Config, Params, Schema), what a stretch of training is asked to do (Job),
// what it tells (Result, Recorder, Point, Artifact, Checkpoint).
//
// It promises that two descriptions of the same trial have one hash, whatever
// the way they were written. It imports the standard library only: the
// machinery that trains lives in the packages below it, and everything that
// plans, stores or reports speaks in these words without linking it.
package training
