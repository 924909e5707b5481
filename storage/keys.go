package storage

import "fmt"

// CheckpointKey names a checkpoint's object. The fence keeps attempts apart,
// the digest keeps contents apart; an object is written once.
func CheckpointKey(hash string, fence, step int64, sha256 string) string {
	return fmt.Sprintf("trials/%s/%d/%d-%s.safetensors", hash, fence, step, sha256)
}

// ArtifactKey names an artifact's object; extension has its dot.
func ArtifactKey(hash string, fence, step int64, name, sha256, extension string) string {
	return fmt.Sprintf("trials/%s/%d/%s-%d-%s%s", hash, fence, name, step, sha256, extension)
}

// ReportKey names a sweep's report.
func ReportKey(sweep, sha256 string) string {
	return fmt.Sprintf("sweeps/%s/report-%s.html", sweep, sha256)
}
