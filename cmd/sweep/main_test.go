package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/internal/devstack/stacktest"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// asProgram makes the test binary the program itself, for tests that need it
// as a process of its own.
const asProgram = "SWEEP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(stacktest.Main(m))
}

// said is what a command printed and how it ended.
type said struct {
	out, err string
	code     int
}

// types runs the program as a person would, with an input.
func types(t *testing.T, input string, args ...string) said {
	t.Helper()
	var out, errOut bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(input), &out, &errOut)
	return said{out.String(), errOut.String(), code}
}

// golden compares with testdata/name, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}
