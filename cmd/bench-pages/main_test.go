package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"sweep/internal/devstack/stacktest"
	"sweep/storage/storagetest/synthetic"
)

func TestMain(m *testing.M) { os.Exit(stacktest.Main(m)) }

func TestEveryReadIsMeasuredAndTheDatabaseGoes(t *testing.T) {
	t.Setenv("DATABASE_URL", stacktest.Start(t).DatabaseURL)
	var out strings.Builder
	o := options{spec: synthetic.Spec{Trials: 40, Metrics: 3, Steps: 1200}, repeat: 2, budget: time.Second}
	if err := run(t.Context(), o, &out); err != nil {
		t.Fatal(err)
	}
	// One of the 40 diverges at half of its 1200 steps, with three metrics.
	if want := "filled: 40 trials, 142200 points"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("it begins with %.60q, want %q", out.String(), want)
	}
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n")[3:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if rows := strings.TrimSpace(cells[1]); rows == "0" && !strings.Contains(line, "picture") && !strings.Contains(line, "failed") {
			t.Errorf("nothing was read: %s", line)
		}
	}
}
