package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStatementsEndAtSemicolonsThatAreNotQuoted(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                    nil,
		" ;; -- nothing\n;":                   nil,
		"select 1":                            {"select 1"},
		"select 1; select 2;":                 {"select 1", "select 2"},
		"select ';'; select \";\"":            {"select ';'", `select ";"`},
		"select 'it''s;' ; x":                 {"select 'it''s;'", "x"},
		`select E'\';' ; x`:                   {`select E'\';'`, "x"},
		"select $$;$$; select $a$ ;$$; $a$":   {"select $$;$$", "select $a$ ;$$; $a$"},
		"select a$b$; select c$b$":            {"select a$b$", "select c$b$"},
		"select 1 -- one;\n; x":               {"select 1 -- one;", "x"},
		"/* ; /* ; */ ; */ select 1; /* ; */": {"/* ; /* ; */ ; */ select 1"},
		"select 'never closed; x":             {"select 'never closed; x"},
		"select $1; x":                        {"select $1", "x"},
		"select 'é;ü'; ö":                     {"select 'é;ü'", "ö"},
	} {
		if got := splitStatements(text); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Whatever is typed, every byte is in one statement or between two.
func FuzzSplitStatements(f *testing.F) {
	for _, s := range []string{"a;b", "'", `E'\`, "$$", "/*", "--", "$a$;$a$", "\xff;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range splitStatements(text) {
			i := strings.Index(text[at:], s)
			if s == "" || i < 0 {
				t.Fatalf("%q is not in %q from %d on", s, text, at)
			}
			at += i + len(s)
		}
	})
}

// typed is a lineReader of lines; "^C" is an interrupt.
type typed struct {
	lines   []string
	prompts []string
}

func (l *typed) line(prompt string) (string, bool, error) {
	l.prompts = append(l.prompts, prompt)
	if len(l.lines) == 0 {
		return "", false, io.EOF
	}
	text := l.lines[0]
	l.lines = l.lines[1:]
	return text, text == "^C", nil
}

func TestASessionRunsWholeStatementsAndOutlivesMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		lines, ran []string
		say        string // of the complaints
	}{
		"one line":                   {[]string{"select 1;"}, []string{"select 1"}, ""},
		"several lines":              {[]string{"select", "1", ";"}, []string{"select\n1"}, ""},
		"two in a line, one open":    {[]string{"select 1; select 2; select", "3;"}, []string{"select 1", "select 2", "select\n3"}, ""},
		"a mistake":                  {[]string{"mistake;", "select 1;"}, []string{"mistake", "select 1"}, "no such thing\n"},
		"given up":                   {[]string{"select", "^C", "select 2;"}, []string{"select 2"}, ""},
		"the end":                    {[]string{`\q`, "select 1;"}, nil, ""},
		"an open statement is lost":  {[]string{"select 1"}, nil, ""},
		"empty lines and comments":   {[]string{"", "-- hello", ";", "select 1;"}, []string{"select 1"}, ""},
		"an unknown command":         {[]string{`\x on`}, nil, `\x on: expected \d, \d VIEW, \? or \q` + "\n"},
		"a name that is not a name":  {[]string{`\d a'; b`}, nil, `\d a'; b: expected \d, \d VIEW, \? or \q` + "\n"},
		"a backslash in a statement": {[]string{"select", `\q`, ";"}, []string{"select\n\\q"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			a := &app{err: &errs, output: "table"}
			var ran []string
			err := a.converse(&typed{lines: c.lines}, func(s string) error {
				ran = append(ran, s)
				if s == "mistake" {
					return errors.New("no such thing")
				}
				return nil
			})
			if err != nil || !slices.Equal(ran, c.ran) || errs.String() != c.say {
				t.Errorf("ran %q, said %q, error %v; want %q, %q", ran, errs.String(), err, c.ran, c.say)
			}
		})
	}
	l := &typed{lines: []string{"select", "1;"}}
	if err := (&app{err: io.Discard}).converse(l, func(string) error { return nil }); err != nil || !slices.Equal(l.prompts, []string{"sweep=> ", "sweep-> ", "sweep=> "}) {
		t.Errorf("prompts %q, error %v", l.prompts, err)
	}
}

func TestKeysAreEditedAndCtrlCGivesUpTheLine(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	k := &keys{from: strings.NewReader("selekt\x7f\x7f\x7fect 1;\r")}
	edit := newEditor(k, io.Discard, newHistory(io.Discard))
	if text, interrupted, err := readEdited(edit, k, "> "); text != "select 1;" || interrupted || err != nil {
		t.Errorf("read %q, interrupted %v, error %v", text, interrupted, err)
	}
	k.from = strings.NewReader("half a line\x03and more")
	if text, interrupted, err := readEdited(edit, k, "> "); text != "" || !interrupted || err != nil {
		t.Errorf("read %q, interrupted %v, error %v", text, interrupted, err)
	}
	k.from = strings.NewReader("\x1b[A\r\x04") // up: the newest line; then Ctrl-D
	if text, _, err := readEdited(edit, k, "> "); text != "select 1;" || err != nil {
		t.Errorf("read %q, error %v", text, err)
	}
	if _, _, err := readEdited(edit, k, "> "); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want the end", err)
	}
}

func TestHistoryIsKeptBetweenSessionsForItsOwnerAlone(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	h := newHistory(io.Discard)
	for i := range maxHistory + 5 {
		h.Add(fmt.Sprint("select ", i))
	}
	h.Add(fmt.Sprint("select ", maxHistory+4))
	h.Add("  ")
	again := newHistory(io.Discard)
	if again.Len() != maxHistory || again.At(0) != fmt.Sprint("select ", maxHistory+4) || again.At(maxHistory-1) != "select 5" {
		t.Errorf("%d lines, newest %q, oldest %q", again.Len(), again.At(0), again.At(again.Len()-1))
	}
	info, err := os.Stat(filepath.Join(cache, "sweep", "sql_history"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
}

func TestStatementsOfAFileRunInTurn(t *testing.T) {
	served(t)
	file := filepath.Join(t.TempDir(), "q.sql")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("-- how many\nselect count(*) from trials;\nselect 'a;b' as x;")
	if s := types(t, "", "sql", "-f", file); s.out != "count\n    4\n\nx\na;b\n" || s.code != exitDone {
		t.Errorf("exit %d: %q %s", s.code, s.out, s.err)
	}
	if s := types(t, "", "sql", "-f", file, "-o", "jsonl"); s.out != "{\"count\":4}\n{\"x\":\"a;b\"}\n" {
		t.Errorf("jsonl: %q %s", s.out, s.err)
	}
	write("select 1; selekt 2; select 3")
	if s := types(t, "", "sql", "-f", file, "-o", "csv"); s.out != "?column?\n1\n" || s.code == exitDone || !strings.Contains(s.err, "q.sql: statement 2: ") {
		t.Errorf("exit %d: %q %s", s.code, s.out, s.err)
	}
	for _, args := range [][]string{{"-f", file + ".none"}, {"-f", file, "select 1"}, {"--limit", "0", "select 1"}, {"--timeout", "-1s", "select 1"}} {
		if s := types(t, "", append([]string{"sql"}, args...)...); s.code != exitInvalid || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, s.code, s.err)
		}
	}
	if s := types(t, "", "sql", "--timeout", "200ms", "select pg_sleep(20)"); s.code == exitDone || !strings.Contains(s.err, "timeout") {
		t.Errorf("exit %d: %s", s.code, s.err)
	}
}

// script gives a program a terminal (util-linux); what is typed is its input.
func TestTheSessionOnATerminal(t *testing.T) {
	served(t)
	script, err := exec.LookPath("script")
	if err != nil {
		t.Fatal("the program script is not here: install util-linux (apt: bsdutils)")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(script, "-qec", program+" sql --no-psql", "/dev/null")
	c.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir(), "TERM=xterm", "NO_COLOR=1", asProgram+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for _, keys := range []string{"select count(*)\r", "from trials;\r", `\d cost` + "\r", "delete from trials;\r", "\\q\r"} {
		time.Sleep(300 * time.Millisecond)
		if _, err := io.WriteString(in, keys); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	for _, want := range []string{"sweep=> ", "sweep-> ", "count\r\n    4\r\n", "cpu_seconds", "Processor seconds", "cannot delete from view"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
