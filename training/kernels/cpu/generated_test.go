package cpu_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTheAssemblyIsTheGeneratorsLast compares the sums that go generate wrote
// with the files: neither side may be edited without the other.
func TestTheAssemblyIsTheGeneratorsLast(t *testing.T) {
	sums, err := os.ReadFile("kernels.sha256")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(string(sums)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
			t.Errorf("%s was changed since go generate was run here", name)
		}
		listed = append(listed, name)
	}
	sources, err := filepath.Glob("gen/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(sources, "kernels_amd64.s", "stubs_amd64.go") {
		if !slices.Contains(listed, name) {
			t.Errorf("%s has no sum", name)
		}
	}
}
