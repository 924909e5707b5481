// Package memory keeps what storage/metrics and storage/objects keep, in
// memory, for tests of workflows and activities.
//
// It promises what the suites of storage/storagetest check, and nothing about
// speed or durability. It imports storage's and training's vocabularies and
// never a driver.
package memory
