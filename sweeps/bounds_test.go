package sweeps_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sweep/sweeps"
)

func TestEveryListHasABound(t *testing.T) {
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i+1)
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"values of an axis", one("matrix: {steps: [" + each(1001, "%d,") + "]}"), "experiments[0].matrix.steps: holds 1001 values, at most 1000 are allowed"},
		{"seeds", one("seeds: [" + each(9999, "%d,") + "0, 10000]"), "experiments[0].seeds: holds 10001 seeds, at most 10000 are allowed"},
		{"zips", one("zip: {" + each(17, "z%d: {k: [1]},") + "}"), "experiments[0].zip: holds 17 groups, at most 16 are allowed"},
		{"excludes", one("matrix: {k: [1, 5]}, exclude: [" + each(65, "{k: %d},") + "]"), "experiments[0].exclude: holds 65 entries, at most 64 are allowed"},
		{"labels", one("labels: {" + each(65, "l%d: x,") + "}"), "experiments[0].labels: holds 65 labels, at most 64 are allowed"},
		{"experiments", "version: 1\nname: x\nexperiments: [" + each(101, "{name: e%d, task: noop},") + "]\n", "experiments: holds 101 experiments, at most 100 are allowed"},
		{"a value's text", one("parameters: {mixture: " + strings.Repeat("é", 101) + "}"), "experiments[0].parameters.mixture: is 202 bytes long, at most 200 are allowed"},
		{"a word in a message", one("metric: {name: " + strings.Repeat("é", 99) + "}"), `"éééééééééééééééééééé"... (there are modes_strict`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sweeps.Parse("x.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %.300v\nwant %s", err, c.want)
			}
		})
	}
}

func TestExactlyTheBoundsAreAllowed(t *testing.T) {
	s := mustParse(t, "x.yaml", one("seeds: 10000, matrix: {k: [0, 100], d_width: [1, 4096]}")+"budget: {max_trials: 40000}\n")
	if n, err := s.Count(); n != 40_000 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestCellParamsAreSortedByName(t *testing.T) {
	s := mustParse(t, "x.yaml", one("matrix: {z_dim: [16], d_lr: [1e-3], k: [5]}"))
	cell := mustExpand(t, s)[0].Cell
	b, err := json.Marshal(cell.Params())
	if err != nil || string(b) != `{"d_lr":0.001,"k":5,"z_dim":16}` || cell.String() != "z_dim=16 d_lr=0.001 k=5" {
		t.Errorf("%s, %s, %v", cell, b, err)
	}
}
