package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"sweep/storage"
)

// trials makes pending trials from names; the letter is the kind, a capital one
// stays on its own.
func trials(names string) (out []storage.Dispatch) {
	for _, n := range strings.Fields(names) {
		out = append(out, storage.Dispatch{Hash: n})
	}
	return out
}

func byLetter(size int) storage.Packing {
	return storage.Packing{Most: 100, Of: func(d storage.Dispatch) (string, int) {
		if c := d.Hash[:1]; c != strings.ToUpper(c) {
			return c, size
		}
		return "", 1
	}}
}

func TestPacksAreFullButLeaveNoSlotWithout(t *testing.T) {
	for _, c := range []struct {
		name         string
		pending      string
		size         int
		seats, slots int
		want         string
	}{
		{"a kind is divided evenly", "a1 a2 a3 a4 a5", 2, 9, 1, "a1|a2 a3|a4 a5"},
		{"a size is never passed", "a1 a2 a3 a4", 2, 9, 1, "a1 a2|a3 a4"},
		{"every slot has one", "a1 a2 a3 a4 a5 a6", 6, 9, 3, "a1 a2|a3 a4|a5 a6"},
		{"the largest packs are divided until each slot has one", "a1 a2 b1 b2 b3 b4 C", 4, 9, 5, "a1|a2|b1 b2|b3 b4|C"},
		{"kinds do not mix", "a1 b1 a2 b2", 2, 9, 1, "a1 a2|b1 b2"},
		{"alone beside packs", "a1 B a2 C a3", 3, 9, 1, "a1 a2 a3|B|C"},
		{"seats bound the packs", "a1 a2 a3 a4 b1 a5", 2, 2, 1, "a1 a2|a3 a4"},
		{"a pack that is open takes what comes when seats are gone", "a1 b1 C a2 b2", 2, 2, 1, "a1 a2|b1 b2"},
		{"no seat", "a1 B", 2, 0, 4, ""},
		{"a seat for one", "A B C", 2, 1, 4, "A"},
		{"slots beyond the seats", "a1 a2 a3 a4", 4, 2, 8, "a1 a2|a3 a4"},
		{"one trial", "a1", 4, 4, 4, "a1"},
		{"a size of one", "a1 a2", 1, 4, 1, "a1|a2"},
		{"nothing", "", 4, 4, 4, ""},
	} {
		got := names(byLetter(c.size).Pack(trials(c.pending), c.seats, c.slots))
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := names(storage.Packing{}.Pack(trials("a1 a2"), 4, 1)); got != "a1|a2" {
		t.Errorf("without packing: %s", got)
	}
	few := byLetter(50)
	few.Most = 2
	if got := names(few.Pack(trials("a1 a2 a3 a4"), 4, 1)); got != "a1 a2|a3 a4" {
		t.Errorf("with at most 2: %s", got)
	}
}

func names(packs [][]storage.Dispatch) string {
	var out []string
	for _, p := range packs {
		var all []string
		for _, d := range p {
			all = append(all, d.Hash)
		}
		out = append(out, strings.Join(all, " "))
	}
	return strings.Join(out, "|")
}

func TestNoTrialIsPackedTwiceOrLost(t *testing.T) {
	for n := range 40 {
		for seats := range 8 {
			for size := 1; size < 7; size++ {
				var pending []storage.Dispatch
				for i := range n {
					pending = append(pending, storage.Dispatch{Hash: fmt.Sprintf("%c%d", "abC"[i%3], i)})
				}
				packs := byLetter(size).Pack(pending, seats, 3)
				seen := map[string]bool{}
				for _, p := range packs {
					if len(p) == 0 || len(p) > size || len(packs) > seats {
						t.Fatalf("%d trials, %d seats, size %d: %s", n, seats, size, names(packs))
					}
					for _, d := range p {
						if seen[d.Hash] || d.Hash[0] != p[0].Hash[0] {
							t.Fatalf("%d trials, %d seats, size %d: %s", n, seats, size, names(packs))
						}
						seen[d.Hash] = true
					}
				}
				if seats > n && len(seen) != n {
					t.Fatalf("%d of %d trials are taken with %d seats", len(seen), n, seats)
				}
			}
		}
	}
}

func TestAWorkflowIsNamedByItsTrials(t *testing.T) {
	one, two := storage.WorkflowOf(trials("a")), storage.WorkflowOf(trials("a b"))
	if one != "group/a" || one != storage.GroupID("a") || two != storage.PackID([]string{"a", "b"}) || !strings.HasPrefix(two, "pack/") {
		t.Errorf("%s, %s", one, two)
	}
	if two == storage.WorkflowOf(trials("b a")) || two == storage.WorkflowOf(trials("a b c")) {
		t.Error("packs of other trials have the same name")
	}
}
