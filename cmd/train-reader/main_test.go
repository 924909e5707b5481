package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnExamTellsEveryAttributeAndWritesNothing(t *testing.T) {
	var said strings.Builder
	out := filepath.Join(t.TempDir(), "weights")
	if err := run(&said, out, 50); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"32×32 pixels, 50 faces:", "96×96 pixels, 50 faces:", "glasses      right ", "brow_angle   R²    "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in\n%s", want, said.String())
		}
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Error("a file was written")
	}
}
