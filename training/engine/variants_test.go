package engine_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/engine"
)

// TestTheNumbersOfEveryVariantAreStill pins the first hundred losses of one
// trial per way to unroll that TestTheNumbersAreStill leaves out, for every
// numerics key.
func TestTheNumbersOfEveryVariantAreStill(t *testing.T) { onEveryBackend(t, variantsAreStill) }

func variantsAreStill(t *testing.T, e *engine.Engine) {
	lines := []string{"k,gradient,rollback,batches,g_loss,step,d_loss,d_real,d_fake,g_loss"}
	for _, k := range []int{1, 3} {
		for _, gradient := range []string{"truncated", "full"} {
			for _, batches := range []string{"fresh", "fixed"} {
				for _, form := range []string{"non-saturating", "minimax"} {
					if gradient == "truncated" && batches == "fresh" && form == "non-saturating" {
						continue
					}
					lines = append(lines, hundredLosses(t, e, k, gradient, "restore", batches, form)...)
				}
			}
		}
	}
	for _, rollback := range []string{"carry", "reset", "none"} {
		lines = append(lines, hundredLosses(t, e, 3, "full", rollback, "fresh", "non-saturating")...)
	}
	lines = append(lines, hundredLosses(t, e, 0, "truncated", "carry", "fresh", "minimax")...)
	stillThe(t, lines, "variants-"+e.Numerics("gaussians")+".csv")
}

// TestTheNumbersOfSGDAreStill pins them where the discriminator steps by SGD.
func TestTheNumbersOfSGDAreStill(t *testing.T) { onEveryBackend(t, sgdIsStill) }

func sgdIsStill(t *testing.T, e *engine.Engine) {
	lines := []string{"k,gradient,rollback,batches,g_loss,step,d_loss,d_real,d_fake,g_loss"}
	sgd := []any{"d_optimizer", "sgd", "d_lr", 0.1}
	for _, k := range []int{1, 5} {
		for _, gradient := range []string{"truncated", "full"} {
			lines = append(lines, hundredLosses(t, e, k, gradient, "carry", "fresh", "non-saturating", sgd...)...)
		}
	}
	for _, gradient := range []string{"truncated", "full"} {
		lines = append(lines, hundredLosses(t, e, 5, gradient, "none", "fixed", "minimax", sgd...)...)
	}
	lines = append(lines, hundredLosses(t, e, 0, "truncated", "carry", "fresh", "non-saturating", sgd...)...)
	stillThe(t, lines, "sgd-"+e.Numerics("gaussians")+".csv")
}

func hundredLosses(t *testing.T, e *engine.Engine, k int, gradient, rollback, batches, form string, more ...any) (lines []string) {
	t.Helper()
	settings := append([]any{"k", k, "gradient", gradient, "rollback", rollback, "batches", batches, "g_loss", form,
		"batch", 12, "z_dim", 4, "g_width", 16, "d_width", 16, "steps", 100, "eval_every", 100}, more...)
	cfg := config(t, "gaussians", 20170129, settings...)
	r, _ := trainOn(t, e, training.Job{Config: cfg})
	for step := int64(1); step <= 100; step++ {
		line := fmt.Sprintf("%d,%s,%s,%s,%s,%d", k, gradient, rollback, batches, form, step)
		for _, m := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
			line += fmt.Sprintf(",%v", float32(math.Float64frombits(r.points[m][step])))
		}
		lines = append(lines, line)
	}
	return lines
}

// stillThe compares lines with a golden file, which -update writes anew.
func stillThe(t *testing.T, lines []string, name string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (on an architecture seen first: go test -update, and compare with the others' files)", err)
	}
	want := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if slices.Equal(lines, want) {
		return
	}
	for i, line := range want {
		if i >= len(lines) || lines[i] != line {
			t.Fatalf("%s: line %d is not %q any more", name, i+1, line)
		}
	}
	t.Fatalf("%s has %d lines, want %d", name, len(want), len(lines))
}
