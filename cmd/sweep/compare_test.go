package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"sweep/report"
)

// The comparison of package report's golden file, as people see it.
func TestComparisonForPeopleIsTheGoldenOne(t *testing.T) {
	data, err := os.ReadFile("../../report/testdata/ten.json")
	if err != nil {
		t.Fatal(err)
	}
	var c report.Comparison
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	var piped, narrow bytes.Buffer
	if err := writeComparison(&piped, c, 0, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.txt", piped.String())
	if err := writeComparison(&narrow, c, 80, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare80.txt", narrow.String())
	for line := range strings.Lines(narrow.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d characters wide: %s", n, line)
		}
	}
}

func TestCompareRefusesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"compare"}, "expected a sweep's name"},
		{[]string{"compare", "x", "--at", "teatime"}, `--at: "teatime" is no moment of a trial: expected last, best, a step such as 5000, or "epoch 10"`},
		{[]string{"compare", "x", "--paired-by", "k"}, `--paired-by "k": trials are paired by seed`},
		{[]string{"compare", "x", "-o", "yaml"}, `--output "yaml": expected table, json, csv, md or latex`},
		{[]string{"ls", "-o", "latex"}, `--output "latex": expected table, json or csv`},
	} {
		s := types(t, "", c.args...)
		if s.code != exitInvalid || !strings.Contains(s.err, c.want) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", c.args, s.code, s.err)
		}
	}
}

// Of the served sweep, seed 1 of k=5 diverged at step 400 without a score before;
// k=1 scored 5 and 6 at step 1000.
func testCompareAt(t *testing.T) {
	for _, c := range []struct{ at, by string }{{"1000", ""}, {"epoch 2", "k"}, {"best", ""}} {
		var got report.Comparison
		reads(t, &got, "compare", "small", "--at", c.at, "--by", c.by)
		e := got.Experiments[0]
		if k1, k5 := e.Cells[0], e.Cells[1]; k1.N != 2 || *k1.Mean != 5.5 || k5.Diverged != 1 || k5.Failed != 1 || *k5.Mean != 0 || e.By != c.by {
			t.Errorf("at %s: %+v, %+v", c.at, k1, k5)
		}
	}
	var early report.Comparison
	reads(t, &early, "compare", "small", "--at", "300")
	if k5 := early.Experiments[0].Cells[1]; k5.Diverged != 0 || k5.NoValue != 1 {
		t.Errorf("before it diverged, and before any score: %+v", k5)
	}
	for form, want := range map[string]string{"md": "| k=1 | 2 | 5.5 |", "latex": "k=1 & 2 & 5.5 &"} {
		if s := types(t, "", "compare", "small", "-o", form); s.code != exitDone || !strings.Contains(s.out, want) {
			t.Errorf("exit %d, no %q in:\n%s%s", s.code, want, s.out, s.err)
		}
	}
}
