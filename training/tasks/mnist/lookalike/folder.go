package lookalike

import (
	"os"
	"path/filepath"
	"testing"

	"sweep/training/tasks/mnist/data"
)

// Train and Test are the sizes of the look-alike that Folder draws.
const (
	Train = 6000
	Test  = 1000
)

// Folder finds a folder with a data set for a test: $SWEEP_DATA, with or
// without mnist/ below it; else shared/data/mnist beside a folder that the test
// lies in; else a look-alike of 6,000 and 1,000 images, drawn into a folder of
// the test's own. Tests pass on all of them.
func Folder(t testing.TB) string {
	t.Helper()
	if root := os.Getenv("SWEEP_DATA"); root != "" {
		for _, dir := range []string{filepath.Join(root, "mnist"), root} {
			if has(dir) {
				return dir
			}
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for up := here; up != filepath.Dir(up); up = filepath.Dir(up) {
		if dir := filepath.Join(up, "shared", "data", "mnist"); has(dir) {
			return dir
		}
	}
	dir := t.TempDir()
	if err := Write(dir, Train, Test, 1); err != nil {
		t.Fatal(err)
	}
	return dir
}

func has(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, data.Files()[0].Name+".gz"))
	return err == nil
}
