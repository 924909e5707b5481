package engine_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/engine"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTheNumbersAreStill pins the first hundred losses of one trial per
// rollback mode and numerics key. When they change on purpose,
// training.EngineVersion is raised.
func TestTheNumbersAreStill(t *testing.T) { onEveryBackend(t, numbersAreStill) }

func numbersAreStill(t *testing.T, e *engine.Engine) {
	var got strings.Builder
	fmt.Fprintln(&got, "rollback,step,d_loss,d_real,d_fake,g_loss")
	for _, mode := range []string{"carry", "restore", "reset", "none"} {
		cfg := config(t, "gaussians", 20170129, "k", 3, "rollback", mode, "batch", 40, "z_dim", 16, "steps", 100, "eval_every", 100)
		r, _ := trainOn(t, e, training.Job{Config: cfg})
		for step := int64(1); step <= 100; step++ {
			fmt.Fprintf(&got, "%s,%d", mode, step)
			for _, m := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
				fmt.Fprintf(&got, ",%v", float32(math.Float64frombits(r.points[m][step])))
			}
			fmt.Fprintln(&got)
		}
	}
	path := filepath.Join("testdata", "losses-"+e.Numerics("gaussians")+".csv")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (on an architecture seen first: go test -update, and compare with the others' files)", err)
	}
	for i, line := range strings.Split(string(want), "\n") {
		if g := strings.Split(got.String(), "\n")[i]; g != line {
			t.Fatalf("line %d is %q, want %q", i+1, g, line)
		}
	}
}
