package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func sample() *table {
	t := newTable("sweeps", "name", "state", ">trials", "a long reason")
	t.add("quick", "finished", 6, strings.Repeat("because ", 20))
	t.add("paper", "failed", 40, "short")
	return t
}

func TestTablesFitTheTerminal(t *testing.T) {
	for _, width := range []int{40, 60, 120} {
		var b bytes.Buffer
		if err := sample().write(&b, width, false); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("a line of %d in %d columns: %q", n, width, line)
			}
		}
		if !strings.Contains(b.String(), "…") || !strings.Contains(b.String(), "quick") {
			t.Errorf("in %d columns:\n%s", width, b.String())
		}
	}
}

func TestPipedTablesAreWholeAndPlain(t *testing.T) {
	var b bytes.Buffer
	if err := sample().write(&b, 0, false); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); strings.Contains(out, "…") || strings.Contains(out, "\x1b") || strings.Contains(out, " \n") {
		t.Errorf("cut, coloured or padded:\n%q", out)
	}
}

func TestColourDressesStates(t *testing.T) {
	var b bytes.Buffer
	if err := sample().write(&b, 0, true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1b[32mfinished\x1b[0m") || !strings.Contains(b.String(), "\x1b[31mfailed\x1b[0m") {
		t.Errorf("no colours: %q", b.String())
	}
}

func TestStoredTextCannotMoveTheCursor(t *testing.T) {
	tab := newTable("", "reason")
	tab.add("evil\x1b[2J\r\nmore\u009b1m")
	var b bytes.Buffer
	if err := tab.write(&b, 0, false); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\r\u009b") {
		t.Errorf("control characters reached the terminal: %q", b.String())
	}
}

func TestCellsOfADatabase(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 5e8, time.UTC)
	for _, c := range []struct {
		value      any
		text, json string
	}{
		{nil, "", "null"},
		{"a\"b", "a\"b", `"a\"b"`},
		{int64(1) << 60, "1152921504606846976", "1152921504606846976"},
		{0.1, "0.1", "0.1"},
		{math.NaN(), "NaN", `"NaN"`},
		{math.Inf(-1), "-Inf", `"-Inf"`},
		{true, "true", "true"},
		{at, "2026-11-23T12:00:00.5Z", `"2026-11-23T12:00:00.5Z"`},
		{[]byte{1, 255}, `\x01ff`, `"\\x01ff"`},
		{map[string]any{"k": 5.0}, `{"k":5}`, `{"k":5}`},
		{[]any{1.5, math.NaN()}, "[1.5 NaN]", `"[1.5 NaN]"`},
	} {
		if got := cellText(c.value); got != c.text {
			t.Errorf("%v reads %q, want %q", c.value, got, c.text)
		}
		got, err := json.Marshal(record{[]string{"x"}, []any{c.value}})
		if want := `{"x":` + c.json + `}`; err != nil || string(got) != want {
			t.Errorf("%v is %s in JSON, want %s (%v)", c.value, got, want, err)
		}
	}
}

func TestRecordsKeepTheOrderOfColumns(t *testing.T) {
	got, err := json.Marshal(record{[]string{"z", "a", "m"}, []any{int64(1), int64(2), int64(3)}})
	if err != nil || string(got) != `{"z":1,"a":2,"m":3}` {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestPsqlGetsItsPasswordByEnvironmentAndReadsOnly(t *testing.T) {
	env, err := psqlEnvironment("postgres://me:s%40crt@db:5433/sweep?sslmode=require", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(env, "\n")
	for _, want := range []string{"PGHOST=db", "PGPORT=5433", "PGUSER=me", "PGPASSWORD=s@crt", "PGDATABASE=sweep", "PGSSLMODE=require", "role=sweep_reader", "default_transaction_read_only=on", "statement_timeout=60000"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
	if _, err := psqlEnvironment("host=db password=secret", time.Minute); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
