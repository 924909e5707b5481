package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/report/chart"
)

var update = flag.Bool("update", false, "write the golden files")

const evil = `"><script>alert('x')</script>&<b onload=x>`

func p(v float64) *float64 { return &v }

// twoPanels has a band, thin runs, a gap and a reference.
func twoPanels(name string) chart.Lines {
	line := func(y ...float64) (out []chart.XY) {
		for i, v := range y {
			out = append(out, chart.XY{X: float64(i * 500), Y: v})
		}
		return out
	}
	return chart.Lines{Title: "modes over steps" + name, XLabel: "outer steps" + name, Reference: &chart.Reference{Value: 8, Label: "true data 8" + name},
		Panels: []chart.Panel{
			{Title: "z_dim=16" + name, Series: []chart.Series{
				{Name: "k=1" + name, Main: line(0, 2, 3, 4), Thin: [][]chart.XY{line(0, 1, 2, 3), line(0, 3, 4, 5)},
					Band: []chart.Range{{X: 0, Low: 0, High: 0}, {X: 500, Low: 1, High: 3}, {X: 1000, Low: 2, High: math.NaN()}, {X: 1500, Low: 3, High: 5}}},
				{Name: "k=5" + name, Tint: 1, Main: line(0, 4, math.NaN(), math.Inf(1), 7, 8)}}},
			{Title: "z_dim=256" + name, Series: []chart.Series{{Name: "k=1" + name, Main: line(0, 1, 1, 1)}}},
		}}
}

func forest(name string) chart.Rows {
	return chart.Rows{Title: "differences" + name, XLabel: "difference in modes" + name, Reference: &chart.Reference{Label: "right of 0 is better" + name}, Rows: []chart.Row{
		{Label: "k=5 against k=1" + name, Note: "+2.9 [1.2, 4.5]" + name, Tint: 1, Strong: true, Center: p(2.9), Low: p(1.2), High: p(4.5),
			Dots: []chart.Dot{{Value: 1, Title: "seed 1: 1" + name}, {Value: 4, Title: "seed 2: 4"}, {Value: 4, Title: "seed 3: 4"}, {Value: math.NaN(), Title: "seed 4"}}},
		{Label: "nothing to show", Center: p(math.NaN()), Low: p(0)},
	}}
}

func drawings(t *testing.T, name string) map[string]chart.Drawing {
	t.Helper()
	out := map[string]chart.Drawing{}
	var err error
	if out["lines"], err = twoPanels(name).Draw("Modes over steps" + name); err != nil {
		t.Fatal(err)
	}
	steps := twoPanels(name)
	steps.Steps, steps.YRange = true, &[2]float64{0, 10}
	if out["steps"], err = steps.Draw("Modes as counts" + name); err != nil {
		t.Fatal(err)
	}
	if out["rows"], err = forest(name).Draw("Differences" + name); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilesAreTheGoldenOnes(t *testing.T) {
	for name, d := range drawings(t, "") {
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, d.File, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v (write it with -update)", err)
		}
		if !bytes.Equal(d.File, want) {
			t.Errorf("%s differs from the golden file (look at it, then -update)", path)
		}
	}
}

func TestFilesStandAlone(t *testing.T) {
	for name, d := range drawings(t, "") {
		wellFormed(t, name, d.File)
		for _, never := range []string{"var(--", "url(", "href", "@import", "NaN", "Inf", "ZgotmplZ"} {
			if bytes.Contains(d.File, []byte(never)) {
				t.Errorf("%s contains %q", name, never)
			}
		}
		if !bytes.Contains(d.File, []byte("<desc>")) {
			t.Errorf("%s has no description", name)
		}
	}
}

func TestHostileTextIsEscapedEverywhere(t *testing.T) {
	for name, d := range drawings(t, evil) {
		wellFormed(t, name, d.File)
		all := string(d.File)
		for i, in := range d.Inline {
			wellFormed(t, name, []byte(in))
			all += string(d.Inline[i])
		}
		if strings.Contains(all, "<script") || strings.Contains(all, "<b ") {
			t.Errorf("%s lets markup through", name)
		}
		if !strings.Contains(all, "&lt;script&gt;") {
			t.Errorf("%s lost the text", name)
		}
	}
}

func TestLinesBreakWhereNothingIsKnown(t *testing.T) {
	d, err := twoPanels("").Draw("")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(d.Inline[0]), "thick c1"); n != 2 {
		t.Errorf("a line with a gap is drawn in %d pieces, want 2", n)
	}
	if n := strings.Count(string(d.Inline[0]), "<polygon"); n != 1 {
		t.Errorf("%d bands: the one whose interval is unknown at its end has one piece", n)
	}
	if len(d.Keys) != 2 || d.Keys[1].Text != "k=5" || d.Keys[1].Class != "c1 d0" {
		t.Errorf("keys %v", d.Keys)
	}
}

func TestAnIntervalNeedsBothItsEnds(t *testing.T) {
	d, err := forest("").Draw("")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(d.Inline[0]), "whisker"); n != 1 {
		t.Errorf("%d intervals, want one: the second row has one end only", n)
	}
	if n := strings.Count(string(d.Inline[0]), `class="dot`); n != 3 {
		t.Errorf("%d dots, want 3: NaN has no place", n)
	}
}

func TestEmptyChartsAreStillDrawn(t *testing.T) {
	for name, draw := range map[string]func(string) (chart.Drawing, error){"lines": chart.Lines{Panels: []chart.Panel{{}}}.Draw, "rows": chart.Rows{}.Draw} {
		d, err := draw("nothing")
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, d.File)
	}
}

func TestClassesAreManyAndStyled(t *testing.T) {
	seen, css := map[string]bool{}, chart.CSS()
	for i := range 21 {
		c := chart.Class(i)
		if seen[c] {
			t.Errorf("class %d repeats %s", i, c)
		}
		seen[c] = true
		if colour, _, _ := strings.Cut(c, " "); !strings.Contains(css, "--"+colour+":") {
			t.Errorf("no colour for %s", colour)
		}
	}
}

func wellFormed(t *testing.T, name string, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
	}
}
