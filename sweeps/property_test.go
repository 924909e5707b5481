package sweeps_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sweep/sweeps"
)

// draft is a random experiment of the gaussians task, in pieces, so that
// properties can change one and keep the rest.
type draft struct {
	matrix    []string // "k: [1, 5]"
	exclude   string
	seeds     int
	base      int64
	unrelated string // keys that must not touch identity
	top       string
}

func (d draft) text() string {
	return fmt.Sprintf("version: 1\nname: x\n%sexperiments:\n  - {name: e, task: gaussians, seeds: %d, seed_base: %d, matrix: {%s}%s%s}\n",
		d.top, d.seeds, d.base, strings.Join(d.matrix, ", "), d.exclude, d.unrelated)
}

func drafts() *rapid.Generator[draft] {
	return rapid.Custom(func(t *rapid.T) draft {
		axis := func(name string, values ...string) string {
			n := rapid.IntRange(1, len(values)).Draw(t, name)
			return name + ": [" + strings.Join(rapid.Permutation(values).Draw(t, name)[:n], ", ") + "]"
		}
		all := []string{axis("k", "0", "1", "2", "5.0"), axis("rollback", "carry", "restore", "reset", "none"), axis("z_dim", "16", `"256"`), axis("d_lr", "1e-3", "1e-4", "0.5")}
		n := rapid.IntRange(0, len(all)).Draw(t, "axes")
		return draft{
			matrix: rapid.Permutation(all).Draw(t, "order")[:n],
			seeds:  rapid.IntRange(1, 8).Draw(t, "seeds"),
			base:   rapid.Int64Range(0, math.MaxInt64-20_000).Draw(t, "base"),
		}
	})
}

func expandDraft(t *rapid.T, d draft) []sweeps.Trial {
	s, err := sweeps.Parse("x.yaml", []byte(d.text()))
	if err != nil {
		t.Fatalf("%s\n%v", d.text(), err)
	}
	var out []sweeps.Trial
	for trial, err := range s.Expand() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, trial)
	}
	if n, err := s.Count(); n != len(out) || err != nil {
		t.Fatalf("counted %d (%v), expanded to %d", n, err, len(out))
	}
	return out
}

func TestRaisingSeedsKeepsEveryTrialBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drafts().Draw(t, "draft")
		few := lines(expandDraft(t, d))
		d.seeds += rapid.IntRange(1, 5).Draw(t, "more")
		more := lines(expandDraft(t, d))
		if !slices.Equal(few, more[:len(few)]) {
			t.Fatalf("%s\nbefore %q\nafter  %q", d.text(), few, more)
		}
	})
}

func TestUnrelatedKeysNeverTouchIdentity(t *testing.T) {
	keys := []string{
		", metric: {name: reverse_kl}", ", checkpoint: {every: {steps: 7}, keep: {last: 9}}", ", retry: {infra: {max: 1}}",
		", labels: {a: b}", ", metric: {name: d_loss, goal: maximize}",
	}
	tops := []string{"labels: {c: d}\n", "budget: {max_trials: 9999, max_concurrent: 3, max_wall: 1h}\n", "description: other\n", "# a comment\n",
		"notify: {webhook: lab}\n", "notify: {webhook: other, on: [diverged], diverged_share: 0.5}\n"}
	rapid.Check(t, func(t *rapid.T) {
		d := drafts().Draw(t, "draft")
		plain := lines(expandDraft(t, d))
		d.unrelated, d.top = rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom(tops).Draw(t, "top")
		if other := lines(expandDraft(t, d)); !slices.Equal(plain, other) {
			t.Fatalf("%s\nbefore %q\nafter  %q", d.text(), plain, other)
		}
	})
}

func TestOrderOfAxesMovesTrialsAndNeverChangesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drafts().Draw(t, "draft")
		before := hashes(expandDraft(t, d))
		d.matrix = rapid.Permutation(d.matrix).Draw(t, "other order")
		if after := hashes(expandDraft(t, d)); !slices.Equal(before, after) {
			t.Fatalf("%s: other trials", d.text())
		}
	})
}

// What exclude leaves is what a filter over the whole product leaves.
func TestExcludeIsAFilterOverTheProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draft{matrix: []string{"k: [0, 1, 5]", "rollback: [carry, restore, reset]", "z_dim: [16, 64]"}, seeds: 2}
		all := expandDraft(t, d)
		var entries []string
		var partial [][]string
		for range rapid.IntRange(1, 5).Draw(t, "entries") {
			var settings []string
			for _, s := range rapid.SampledFrom(all).Draw(t, "cell").Cell {
				if rapid.Bool().Draw(t, "named") {
					settings = append(settings, s.Name+"="+s.Value.String())
				}
			}
			if len(settings) > 0 {
				partial = append(partial, settings)
				entries = append(entries, "{"+strings.ReplaceAll(strings.Join(settings, ", "), "=", ": ")+"}")
			}
		}
		var want []string
		for _, trial := range all {
			cell := strings.Fields(trial.Cell.String())
			agrees := func(p []string) bool {
				return !slices.ContainsFunc(p, func(s string) bool { return !slices.Contains(cell, s) })
			}
			if !slices.ContainsFunc(partial, agrees) {
				want = append(want, fmt.Sprintf("%s %s", trial.Cell, trial.Config.Hash()))
			}
		}
		d.exclude = ", exclude: [" + strings.Join(entries, ", ") + "]"
		if len(want) == 0 {
			if _, err := sweeps.Parse("x.yaml", []byte(d.text())); err == nil || !strings.Contains(err.Error(), "leaves no cell to run") {
				t.Fatalf("%s: %v", d.text(), err)
			}
			return
		}
		var got []string
		for _, trial := range expandDraft(t, d) {
			got = append(got, fmt.Sprintf("%s %s", trial.Cell, trial.Config.Hash()))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s\ngot  %q\nwant %q", d.text(), got, want)
		}
	})
}

func hashes(trials []sweeps.Trial) []string {
	out := make([]string, len(trials))
	for i, t := range trials {
		out[i] = t.Config.Hash()
	}
	slices.Sort(out)
	return out
}
