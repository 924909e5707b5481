// Package objects keeps checkpoints, artifacts and reports in an S3 store
// through minio-go: MinIO, versitygw, or any store that honours If-None-Match.
//
// It promises that a key is written once: what stands under it is never
// replaced, writing the same bytes again succeeds, other bytes are refused;
// and that what Get returns is what was put, by its digest. Errors hold no
// secret.
//
// It imports storage's vocabulary and no other package of the project.
package objects
