// Package storage is the vocabulary of what is kept: trials and their states,
// the claim that lets one attempt write, the commit that holds points,
// checkpoint and artifacts together, and the rows that readers see.
//
// It promises nothing by itself; the contract that nothing is lost and nothing
// counted twice is kept by storage/metrics (Postgres) and storage/objects (S3)
// and tested by storage/storagetest. It imports the standard library only and
// never a driver.
package storage
