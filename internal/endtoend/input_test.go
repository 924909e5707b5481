package endtoend_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/internal/devstack"
)

func TestBadInputIsOneLineWithPlaceAndRemedyAndStartsNothing(t *testing.T) {
	p := newPerson(t)
	good := ring("x", 1, 100)
	edit := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	cases := []struct {
		name, text string
		want       []string
	}{
		{"a misspelt key", edit("z_dim:", "z_dimm:"), []string{"z_dimm", `did you mean "z_dim"`, ":8:"}},
		{"a wrong type", edit("steps: 100", "steps: many"), []string{"steps", "integer"}},
		{"an unknown mixture", edit("ring8", "ring9"), []string{"ring9", "ring8"}},
		{"no seeds", edit("seeds: 1", "seeds: 0"), []string{"seeds"}},
		{"too many cells", edit("seeds: 1", "seeds: 1000000000"), []string{"seeds"}},
		{"a billion cells", billion(), []string{"budget.max_trials"}},
		{"a YAML bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n", []string{"bad.yaml"}},
		{"a binary file", "\x7fELF\x00\x01\x02", []string{"bad.yaml"}},
		{"an empty file", "", []string{"bad.yaml"}},
		{"a later key", good + "    where: k > 1\n", []string{"where", "not supported yet"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := p.types("submit", p.file("bad.yaml", c.text))
			if s.code != 2 {
				t.Errorf("exit %d, expected 2\n%s%s", s.code, s.out, s.err)
			}
			for _, w := range c.want {
				if !strings.Contains(s.err, w) {
					t.Errorf("the message lacks %q:\n%s", w, s.err)
				}
			}
			if strings.Contains(s.err, "goroutine") || len(s.err) > 4000 {
				t.Errorf("not a message for a person:\n%.500s", s.err)
			}
		})
	}
	nothingRuns(t, p)
}

// billion is a file of 10^9 cells: nine axes of ten values.
func billion() string {
	text := "version: 1\nname: big\nexperiments:\n  - name: big\n    task: gaussians\n    seeds: 1\n    matrix:\n"
	for _, axis := range []string{"k", "batch", "g_width", "d_width", "z_dim", "steps", "eval_every", "samples_every", "init_scale"} {
		text += "      " + axis + ": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
	}
	return text
}

func TestAFileThatCannotBeReadIsOneLine(t *testing.T) {
	p := newPerson(t)
	for _, path := range []string{filepath.Join(p.dir, "missing.yaml"), p.dir} {
		s := p.types("submit", path)
		if s.code != 2 || strings.Count(strings.TrimSpace(s.err), "\n") != 0 || !strings.Contains(s.err, path) {
			t.Errorf("submit %s: exit %d\n%s", path, s.code, s.err)
		}
	}
	nothingRuns(t, p)
}

func TestAMissingPostgresIsOneLineWithTheRemedy(t *testing.T) {
	p := newPerson(t, "SWEEP_PG_BIN="+t.TempDir())
	s := p.types("submit", p.file("ok.yaml", ring("x", 1, 100)))
	if s.code != 2 || !strings.Contains(s.err, "SWEEP_PG_BIN") {
		t.Errorf("exit %d\n%s", s.code, s.err)
	}
	nothingRuns(t, p)
}

func TestAHomeThatCannotBeWrittenIsOneLine(t *testing.T) {
	p := newPerson(t)
	p.home = filepath.Join(p.file("not-a-folder", "x"), "home")
	s := p.types("up")
	if s.code != 2 || strings.Count(strings.TrimSpace(s.err), "\n") > 1 || !strings.Contains(s.err, "not-a-folder") {
		t.Errorf("exit %d\n%s", s.code, s.err)
	}
	p.home = filepath.Join(p.dir, "home")
}

func TestHalfAConfigurationIsRefused(t *testing.T) {
	p := newPerson(t, "DATABASE_URL=postgres://u:secret@127.0.0.1:1/x")
	s := p.types("ls")
	if s.code != 2 || !strings.Contains(s.err, "TEMPORAL_ADDRESS") || strings.Contains(s.err, "secret") {
		t.Errorf("exit %d\n%s", s.code, s.err)
	}
}

func nothingRuns(t *testing.T, p *person) {
	t.Helper()
	if _, err := os.Stat(p.home); os.IsNotExist(err) {
		return
	}
	r, err := devstack.Status(p.home)
	if err != nil {
		t.Fatal(err)
	}
	if r.Up || r.RSSBytes > 0 {
		t.Errorf("something was left running: %+v", r.Services)
	}
}
