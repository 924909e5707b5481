package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/training/tasks/mnist/lookalike"
)

func TestOnlyThePublishedImagesAreTrainedOn(t *testing.T) {
	drawn := t.TempDir()
	if err := lookalike.Write(drawn, 100, 50, 1); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ root, want string }{
		"nothing there": {t.TempDir(), "sweep data fetch mnist"},
		"a look-alike":  {drawn, "is not the one"},
	} {
		var said bytes.Buffer
		out := filepath.Join(t.TempDir(), "weights")
		err := run(&said, c.root, out)
		if err == nil || !strings.Contains(err.Error(), c.want) || said.Len() > 0 {
			t.Errorf("%s: said %q, %v", name, said.String(), err)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("%s: a file was written", name)
		}
	}
}
