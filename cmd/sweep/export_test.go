package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"sweep/storage/metrics"
)

// everyKind has a column of each kind and what is hard to write in each.
var everyKind = struct {
	columns []metrics.Column
	rows    [][]any
}{
	[]metrics.Column{{Name: "text", Kind: metrics.Text}, {Name: "int", Kind: metrics.Int}, {Name: "float", Kind: metrics.Float},
		{Name: "bool", Kind: metrics.Bool}, {Name: "time", Kind: metrics.Time}, {Name: "json", Kind: metrics.JSON}},
	[][]any{
		{"plain", int64(1), 0.1, true, time.Date(2026, 11, 23, 18, 0, 0, 123456000, time.UTC), `{"k": 5}`},
		{"a \"quote\", a comma\nand a line", int64(math.MaxInt64), math.NaN(), false, time.Unix(0, 0).UTC(), `{}`},
		{"=1+1 <b>ü</b>", int64(math.MinInt64), math.Inf(1), true, time.Unix(0, 0).UTC(), `[1.50]`},
		{"", int64(0), math.Inf(-1), true, time.Unix(0, 0).UTC(), `null`},
		{"smallest", int64(-1), math.SmallestNonzeroFloat64, true, time.Unix(0, 0).UTC(), `""`},
		{"minus zero", int64(0), math.Copysign(0, -1), true, time.Unix(0, 0).UTC(), `1e308`},
		{nil, nil, nil, nil, nil, nil},
	},
}

func written(t *testing.T, w rowWriter, columns []metrics.Column, rows [][]any) {
	t.Helper()
	if err := w.begin(columns); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
}

func TestTextFormatsLoseNothing(t *testing.T) {
	var asCSV, asJSON bytes.Buffer
	written(t, newCSVRows(&asCSV), everyKind.columns, everyKind.rows)
	written(t, &jsonRows{out: &asJSON}, everyKind.columns, everyKind.rows)
	golden(t, "export.csv", asCSV.String())
	golden(t, "export.jsonl", asJSON.String())
	if back, err := csv.NewReader(&asCSV).ReadAll(); err != nil || len(back) != 8 || back[2][0] != everyKind.rows[1][0] {
		t.Errorf("CSV read back: %q, error %v", back, err)
	}
	for line := range strings.Lines(asJSON.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestParquetReadBackIsWhatWasWritten(t *testing.T) {
	var file bytes.Buffer
	written(t, &parquetRows{out: &file, sweep: "s"}, everyKind.columns, everyKind.rows)
	type row struct {
		Text  *string    `parquet:"text,optional"`
		Int   *int64     `parquet:"int,optional"`
		Float *float64   `parquet:"float,optional"`
		Bool  *bool      `parquet:"bool,optional"`
		Time  *time.Time `parquet:"time,optional,timestamp(microsecond)"`
		JSON  *string    `parquet:"json,optional"`
	}
	got, err := parquet.Read[row](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(got) != len(everyKind.rows) {
		t.Fatalf("%d rows, error %v", len(got), err)
	}
	for i, want := range everyKind.rows[:6] {
		g := got[i]
		if *g.Text != want[0] || *g.Int != want[1] || math.Float64bits(*g.Float) != math.Float64bits(want[2].(float64)) ||
			*g.Bool != want[3] || !g.Time.Equal(want[4].(time.Time)) || *g.JSON != want[5] {
			t.Errorf("row %d is %v %v %v %v %v %v, want %v", i, *g.Text, *g.Int, *g.Float, *g.Bool, *g.Time, *g.JSON, want)
		}
	}
	if g := got[6]; g.Text != nil || g.Int != nil || g.Float != nil || g.Bool != nil || g.Time != nil || g.JSON != nil {
		t.Errorf("nulls are read as %v", g)
	}
	f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Schema().Columns() {
		names = append(names, c[0])
	}
	if fmt.Sprint(names) != "[text int float bool time json]" {
		t.Errorf("columns %v", names)
	}
	if v, _ := f.Lookup("sweep"); v != "s" {
		t.Errorf("the file does not name its sweep: %q", v)
	}
}

func TestParquetHoldsManyBatchesAndGroups(t *testing.T) {
	var file bytes.Buffer
	p := &parquetRows{out: &file}
	if err := p.begin(everyKind.columns[1:2]); err != nil {
		t.Fatal(err)
	}
	const n = parquetGroup + 3*parquetBatch + 7
	for i := range n {
		if err := p.row([]any{int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	got, err := parquet.Read[struct {
		Int int64 `parquet:"int"`
	}](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(got) != n {
		t.Fatalf("%d rows, error %v", len(got), err)
	}
	for i, g := range got {
		if g.Int != int64(i) {
			t.Fatalf("row %d is %d", i, g.Int)
		}
	}
}

func TestExportOfAServedSweep(t *testing.T) {
	served(t)
	dir := t.TempDir()
	for what, want := range map[string]int{"trials": 4, "metrics": 3, "final": 3, "curves": 2, "attempts": 5, "artifacts": 6, "cost": 4} {
		s := types(t, "", "export", "small", "--what", what)
		rows, err := csv.NewReader(strings.NewReader(s.out)).ReadAll()
		if s.code != exitDone || err != nil || len(rows) != want+1 {
			t.Errorf("%s: exit %d, %d lines, %v: %s", what, s.code, len(rows), err, s.err)
		}
		file := filepath.Join(dir, what+".parquet")
		if s := types(t, "", "export", "small", "--what", what, "--out", file); s.code != exitDone || s.err != fmt.Sprintf("%s: %s of %s\n", file, count(want, "row"), what) {
			t.Errorf("%s to a file: exit %d: %s", what, s.code, s.err)
		}
		f := opened(t, file)
		if f.NumRows() != int64(want) || len(f.Schema().Columns()) != len(rows[0]) {
			t.Errorf("%s has %d rows and %d columns, want %d and %d", file, f.NumRows(), len(f.Schema().Columns()), want, len(rows[0]))
		}
	}
	if s := types(t, "", "export", "small", "-o", "jsonl", "--metric", "modes_strict"); !strings.Contains(s.out, `"step":400,"value":"NaN"}`) {
		t.Errorf("the diverged trial's point is not there: %s%s", s.out, s.err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func opened(t *testing.T, path string) *parquet.File {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestExportSaysWhatIsWrong(t *testing.T) {
	served(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"smal"}, `no sweep "smal" (did you mean "small"?)`},
		{[]string{"small", "--what", "rows"}, `--what "rows": expected one of trials, metrics`},
		{[]string{"small", "--what", "trials", "--metric", "d_loss"}, "--metric: trials have no metrics"},
		{[]string{"small", "--experiment", "rings"}, `sweep small has no experiment "rings" (it has ring)`},
		{[]string{"small", "-o", "table"}, `--output "table": expected csv, jsonl or parquet`},
		{[]string{"small", "--out", "no/such/folder/x.csv"}, "--out no/such/folder/x.csv: "},
	} {
		s := types(t, "", append([]string{"export"}, c.args...)...)
		if s.code != exitInvalid || !strings.HasPrefix(s.err, c.want) || strings.Count(s.err, "\n") != 1 || s.out != "" {
			t.Errorf("export %v: exit %d: %s%s", c.args, s.code, s.err, s.out)
		}
	}
}

func TestAFileThatCannotBeFinishedLeavesTheOldOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err := wholeFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return full
	})
	text, readErr := os.ReadFile(path)
	if all, _ := os.ReadDir(filepath.Dir(path)); !errors.Is(err, full) || readErr != nil || string(text) != "old" || len(all) != 1 {
		t.Errorf("error %v, file %q, %d files", err, text, len(all))
	}
}
