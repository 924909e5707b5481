package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"sweep/report"
)

func TestComparisonsInEveryFormAreTheGoldenOnes(t *testing.T) {
	c, err := report.Compare(context.Background(), tenSeeds(), "quick", report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"ten.json": func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(c)
		},
		"ten.csv": c.CSV, "ten.md": c.Markdown, "ten.tex": c.LaTeX,
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.Bytes())
		})
	}
}

// A name is text, whatever markup it looks like.
func TestFormsEscapeNames(t *testing.T) {
	c := report.Comparison{Sweep: "a_b", Note: "100 % & more", Experiments: []report.ExperimentComparison{{
		Name: "x|y_z", Metric: `m$\input{secret}`, Goal: "maximize", Cells: []report.CellStat{{Cell: "k=<script>|{5}^2~"}},
		Contrasts: []report.Contrast{{Value: "=HYPERLINK()", Against: "k=1", Sentence: "one\ntwo #3"}}}}}
	var md, tex, list bytes.Buffer
	for _, err := range []error{c.Markdown(&md), c.LaTeX(&tex), c.CSV(&list)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{`x\|y\_z`, `k=\<script>\|{5}^2~`, "- one two #3\n"} {
		if !strings.Contains(md.String(), want) {
			t.Errorf("no %q in\n%s", want, md.String())
		}
	}
	for _, want := range []string{`x|y\_z: m\$\textbackslash{}input\{secret\}`, `k=$<$script$>$|\{5\}\textasciicircum{}2\textasciitilde{}`, `100 \% \& more`, `one two \#3`} {
		if !strings.Contains(tex.String(), want) {
			t.Errorf("no %q in\n%s", want, tex.String())
		}
	}
	rows, err := csv.NewReader(&list).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][5] != "k=<script>|{5}^2~" || rows[2][6] != "k=1" {
		t.Errorf("%q, %v", rows, err)
	}
}
