package sweeps_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sweep/sweeps"
	"sweep/training"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata, or writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (write it anew with -update):\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

func mustParse(t testing.TB, file, text string) *sweeps.Spec {
	t.Helper()
	s, err := sweeps.Parse(file, []byte(text))
	if err != nil {
		t.Fatalf("%s:\n%v", file, err)
	}
	return s
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryMistakeOfAFileIsReportedWithItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, path := range files {
		base := filepath.Base(path)
		t.Run(base, func(t *testing.T) {
			spec, err := sweeps.Parse(base, []byte(mustRead(t, path)))
			var all sweeps.Errors
			if spec != nil || !errors.As(err, &all) {
				t.Fatalf("got %v, %v", spec, err)
			}
			golden(t, "bad/"+strings.TrimSuffix(base, ".yaml")+".want", err.Error()+"\n")
		})
	}
}

func TestUnreadableFilesGiveOneLine(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"NUL bytes", "version: 1\nna\x00me: x\n", `x.yaml:2:3: is not a text file in UTF-8 (byte 0x00)`},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", `x.yaml:1:1: is not a text file in UTF-8 (byte 0x89)`},
		{"UTF-16", "\xff\xfev\x00e\x00", `x.yaml:1:1: is not a text file in UTF-8 (byte 0xff)`},
		{"Latin-1", "name: caf\xe9\n", `x.yaml:1:10: is not a text file in UTF-8 (byte 0xe9)`},
		{"an escape character", "name: \x1b[31m\n", `x.yaml:1:7: is not a text file in UTF-8 (byte 0x1b)`},
		{"too long", strings.Repeat("# filler\n", 1<<17), `x.yaml: is 1179648 bytes long, at most 1048576 are read`},
		{"too many entries", "[" + strings.Repeat("1,", 30000) + "]", `x.yaml: has more than 20000 entries`},
		{"too deep", strings.Repeat("[", 30), `x.yaml:1:21: is nested more than 20 deep`},
		{"only spaces", "   \n \n", `x.yaml: is empty`},
		{"null", "~\n", `x.yaml: is empty`},
		{"a byte order mark alone", "\ufeff", `x.yaml: is empty`},
		{"a word", "hello\n", `x.yaml:1:1: expected a mapping, got a single value`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sweeps.Parse("x.yaml", []byte(c.data))
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestProblemsAreCutAtAHundred(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	_, err := sweeps.Parse("x.yaml", []byte(b.String()))
	var all sweeps.Errors
	if !errors.As(err, &all) || len(all) != 101 || all[100].Message != "4903 more problems" {
		t.Errorf("%d problems, last %v", len(all), all[len(all)-1])
	}
}

func TestDefaultsOfTheFormat(t *testing.T) {
	s := mustParse(t, "x.yaml", mustRead(t, "testdata/good/one-cell.yaml"))
	if want := (sweeps.Budget{MaxTrials: 10000}); s.Budget != want {
		t.Errorf("budget %+v", s.Budget)
	}
	e := s.Experiments[0]
	if want := (sweeps.Metric{Name: "value", Goal: training.Maximize, PairedBy: "seed"}); e.Metric != want {
		t.Errorf("metric %+v", e.Metric)
	}
	if want := (sweeps.Checkpoint{Every: training.Cadence{Time: time.Minute}, Keep: sweeps.Keep{Last: 2, Best: 1}}); e.Checkpoint != want {
		t.Errorf("checkpoint %+v", e.Checkpoint)
	}
	if want := (sweeps.Retry{InfraMax: 10, OOMMax: 2}); e.Retry != want {
		t.Errorf("retry %+v", e.Retry)
	}
	if !reflect.DeepEqual(e.Seeds, []int64{1}) {
		t.Errorf("seeds %v", e.Seeds)
	}
	if n, err := s.Count(); n != 1 || err != nil {
		t.Errorf("count %d, %v", n, err)
	}
}

func TestEveryKeyIsReadAndDefaultsAreMerged(t *testing.T) {
	s := mustParse(t, "everything.yaml", mustRead(t, "testdata/good/everything.yaml"))
	golden(t, "good/everything.want", describe(s))
}

// describe spells everything that a Spec says.
func describe(s *sweeps.Spec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d name %s description %q labels %v budget %+v notify %+v\n", s.Version, s.Name, s.Description, s.Labels, s.Budget, s.Notify)
	for _, e := range s.Experiments {
		fmt.Fprintf(&b, "\n%s: task %s missing %t\n", e.Name, e.Task, e.Missing)
		fmt.Fprintf(&b, "  metric %+v checkpoint %+v retry %+v labels %v seeds %v\n", e.Metric, e.Checkpoint, e.Retry, e.Labels, e.Seeds)
		fmt.Fprintf(&b, "  fixed %s\n", kinds(e.Fixed))
		for _, a := range e.Axes {
			fmt.Fprintf(&b, "  axis %s %s %v\n", a.Name, a.Values[0].Kind(), a.Values)
		}
		for _, z := range e.Zips {
			for _, a := range z.Axes {
				fmt.Fprintf(&b, "  zip %s: %s %s %v\n", z.Name, a.Name, a.Values[0].Kind(), a.Values)
			}
		}
		for _, x := range e.Exclude {
			fmt.Fprintf(&b, "  exclude %s\n", x)
		}
		for _, c := range e.Contrasts {
			fmt.Fprintf(&b, "  contrast %s\n", c)
		}
	}
	return b.String()
}

func kinds(p training.Params) string {
	var parts []string
	for _, s := range p {
		parts = append(parts, fmt.Sprintf("%s=%s(%s)", s.Name, s.Value, s.Value.Kind()))
	}
	return strings.Join(parts, " ")
}
