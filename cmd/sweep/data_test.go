package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// digits draws a small data set into a folder of the test's own, and makes an
// empty folder the usual place of data sets.
func digits(t *testing.T) (set, usual string) {
	t.Helper()
	set, usual = t.TempDir(), t.TempDir()
	t.Setenv("SWEEP_DATA", usual)
	if err := lookalike.Write(set, 60, 20, 1); err != nil {
		t.Fatal(err)
	}
	return set, usual
}

func TestDataListSaysWhereEachSetLiesAndWhatItIs(t *testing.T) {
	set, usual := digits(t)
	file := func(i int) string { return filepath.Join(set, data.Files()[i].Name+".gz") }
	for _, c := range []struct {
		state string
		spoil func() error
		args  []string
	}{
		{"missing", nil, nil},
		{"sound", nil, []string{"--data", set}},
		{"unusable", func() error { return os.Truncate(file(1), 5) }, []string{"--data", set}},
		{"incomplete", func() error { return os.Remove(file(1)) }, []string{"--data", set}},
	} {
		if c.spoil != nil {
			if err := c.spoil(); err != nil {
				t.Fatal(err)
			}
		}
		var got struct {
			Sets []listed `json:"data_sets"`
		}
		s := types(t, "", append([]string{"data", "list", "-o", "json"}, c.args...)...)
		if err := json.Unmarshal([]byte(s.out), &got); err != nil || s.code != exitDone || len(got.Sets) != 2 || got.Sets[1].Name != "faces" || got.Sets[1].State != "missing" {
			t.Fatalf("%s: exit %d, %v: %s%s", c.state, s.code, err, s.out, s.err)
		}
		where := map[bool][2]string{true: {filepath.Join(usual, "mnist"), "SWEEP_DATA"}, false: {set, "--data"}}[c.args == nil]
		if l := got.Sets[0]; l.Name != "mnist" || l.State != c.state || l.Folder != where[0] || l.Named != where[1] || (l.Digest != "") != (c.state == "sound") {
			t.Errorf("%s: %+v", c.state, l)
		}
	}
}

func TestDataVerifyNamesEveryFileThatIsNotRight(t *testing.T) {
	set, _ := digits(t)
	if s := types(t, "", "data", "verify", "mnist", "--data", set); s.code != exitDone || s.err != "" || strings.Count(s.out, " sound\n") != 4 ||
		!strings.Contains(s.out, "mnist in "+set+" is sound, and not the published set") {
		t.Errorf("exit %d: %s%s", s.code, s.out, s.err)
	}
	labels := filepath.Join(set, data.Files()[3].Name+".gz")
	if err := os.Rename(filepath.Join(set, data.Files()[0].Name+".gz"), labels); err != nil {
		t.Fatal(err)
	}
	s := types(t, "", "data", "verify", "mnist", "--data", set)
	remedy := ": run `sweep data fetch mnist`, or `sweep data import mnist DIR` with a folder that holds its files\n"
	want := "data set mnist: " + set + "/train-images-idx3-ubyte.gz is missing" + remedy + "data set mnist: " + labels + " holds images, expected labels" + remedy
	if s.code != exitInvalid || s.err != want {
		t.Errorf("exit %d: %s\nwant %s", s.code, s.err, want)
	}
}

// With the real files an import makes the set; a look-alike is refused.
func TestDataImportTakesThePublishedFilesOnly(t *testing.T) {
	from := lookalike.Folder(t)
	whole, err := data.Load(from)
	if err != nil {
		t.Fatal(err)
	}
	_, usual := digits(t)
	s := types(t, "", "data", "import", "mnist", from)
	there, err := data.Load(filepath.Join(usual, "mnist"))
	switch {
	case whole.Published() && (s.code != exitDone || err != nil || !there.Published() || !strings.HasPrefix(s.out, "copied 4 files: mnist is in ")):
		t.Errorf("the published set: exit %d: %s%s, %v", s.code, s.out, s.err, err)
	case !whole.Published() && (s.code != exitInvalid || err == nil || strings.Count(s.err, "is not the published file") != 4):
		t.Errorf("a look-alike: exit %d: %s%s", s.code, s.out, s.err)
	}
}

func TestCommandsThatNeedDataSayHowToGetIt(t *testing.T) {
	set, usual := digits(t)
	file := write(t, "version: 1\nname: looks\nexperiments:\n  - {name: looks, task: noop-mnist}\n")
	want := "data set mnist is not in " + usual + "/mnist: run `sweep data fetch mnist`, or `sweep data import mnist DIR` with a folder that holds its files\n"
	for _, args := range [][]string{{"train", "--task", "noop-mnist"}, {"plan", file}, {"submit", file}} {
		if s := types(t, "", args...); s.code != exitInvalid || s.err != want {
			t.Errorf("%s: exit %d: %s", args[0], s.code, s.err)
		}
	}
	if s := types(t, "", "validate", file); s.code != exitDone {
		t.Errorf("a file is valid without its data: exit %d: %s", s.code, s.err)
	}
	for _, args := range [][]string{{"train", "--task", "noop-mnist"}, {"plan", file}} {
		if s := types(t, "", append(args, "--data", set)...); s.code != exitDone {
			t.Errorf("%s: exit %d: %s", args[0], s.code, s.err)
		}
	}
}

func TestDataMistakesAreOneLine(t *testing.T) {
	_, usual := digits(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"data", "verify", "mnits"}, exitInvalid, `no data set "mnits" (did you mean "mnist"?)`},
		{[]string{"data", "verify", "celeba"}, exitInvalid, `no data set "celeba" (there is mnist, faces)`},
		{[]string{"data", "verify"}, exitInvalid, "expected the data set, e.g. sweep data verify mnist"},
		{[]string{"data", "import", "mnist"}, exitInvalid, "expected the data set and where its files are, e.g. sweep data import mnist DIR"},
		{[]string{"data", "import", "mnist", usual}, exitInvalid, usual + " holds no file of mnist: expected train-images-idx3-ubyte, "},
		{[]string{"data", "improt", "mnist"}, exitInvalid, `unknown command "improt" for "sweep data": expected list, verify, import or fetch`},
		{[]string{"data", "fetch", "mnist", "--from", "http://127.0.0.1:1"}, exitInvalid, "--from: http://127.0.0.1:1 is not an https address"},
		{[]string{"data", "fetch", "mnist", "--from", "https://127.0.0.1:1"}, exitService,
			"fetch train-images-idx3-ubyte: 127.0.0.1:1 cannot be reached (dial tcp 127.0.0.1:1: connect: connection refused); get the files on another machine and run `sweep data import mnist DIR`"},
	} {
		s := types(t, "", c.args...)
		if s.code != c.code || !strings.HasPrefix(s.err, c.want) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%q: exit %d: %s", c.args, s.code, s.err)
		}
	}
}
