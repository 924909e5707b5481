package sweeps_test

import (
	"strings"
	"testing"

	"sweep/sweeps"
)

func TestSuggest(t *testing.T) {
	known := []string{"k", "z_dim", "rollback", "g_lr", "d_lr", "modes_strict", "modes_loose"}
	for word, want := range map[string]string{
		"z_dimm": "z_dim", "zdim": "z_dim", "K": "k", "rolback": "rollback", "rollbcak": "rollback", "z_dim": "z_dim",
		"modes": "modes_strict", "modes_l": "modes_loose", "e_lr": "g_lr", "learning_rate": "", "": "", "mo": "", "x": "", "kk": "k", "Z_DIM": "z_dim",
		strings.Repeat("z", 1<<20): "",
	} {
		if got := sweeps.Suggest(word, known); got != want {
			t.Errorf("%.20q: got %q, want %q", word, got, want)
		}
	}
	if got := sweeps.Suggest("x", nil); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
