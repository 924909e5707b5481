// Package storagetest holds the contracts of the stores as test suites:
// RunPoints for what keeps sweeps, trials and points, RunObjects for what
// keeps bytes. Every implementation passes the same suite, so that what
// workflows are tested with behaves as what they run on.
//
// It imports the vocabularies and testing, never a driver.
package storagetest
