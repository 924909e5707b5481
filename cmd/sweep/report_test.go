package main

import (
	"bytes"
	"context"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func testReport(t *testing.T, s *services) {
	dir := t.TempDir()
	var got struct {
		Page    string
		Figures []string
	}
	reads(t, &got, "report", "small", "--out", dir)
	if got.Page != filepath.Join(dir, "small-report.html") {
		t.Errorf("--out with a folder wrote %s", got.Page)
	}
	page, err := os.ReadFile(got.Page)
	if err != nil || !bytes.Contains(page, []byte("<!DOCTYPE html>")) || len(got.Figures) < 4 {
		t.Fatalf("%d bytes, figures %v, %v", len(page), got.Figures, err)
	}
	for _, p := range got.Figures {
		data, err := os.ReadFile(p)
		if err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) && !bytes.HasPrefix(data, []byte("<svg ")) {
			t.Errorf("%s: %v", p, err)
		}
	}
	key, size, sum, err := s.metrics.Report(context.Background(), "small")
	if err != nil {
		t.Fatal(err)
	}
	stored := func() []byte {
		data, err := s.objects.Get(context.Background(), key, size, sum)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if !bytes.Equal(stored(), page) {
		t.Error("the stored report differs from the file")
	}
	part := filepath.Join(dir, "part.html")
	reads(t, &got, "report", "small", "--experiment", "ring", "--metric", "high_quality", "--out", strings.TrimSuffix(part, ".html"))
	if got.Page != part {
		t.Errorf("--out without an extension wrote %s", got.Page)
	}
	if data, err := os.ReadFile(part); err != nil || !bytes.Contains(data, []byte("Judged by <strong>high_quality</strong>")) {
		t.Errorf("--metric is not what the page judges by: %v", err)
	}
	if again, _, _, err := s.metrics.Report(context.Background(), "small"); err != nil || again != key {
		t.Errorf("a page of a part replaced the sweep's stored page: %v", err)
	}
	for _, args := range [][]string{{"--out", filepath.Join(got.Page, "below-a-file.html")}, {"--experiment", "rong"}, {"--metric", "modes"}} {
		if bad := types(t, "", append([]string{"report", "small"}, args...)...); bad.code != exitInvalid || strings.Count(bad.err, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, bad.code, bad.err)
		}
	}
}

// testRerun runs the command that the page prints for the first cell, as a
// shell would, and finds the cell's own trial trained to its end.
func testRerun(t *testing.T, s *services) {
	out := filepath.Join(t.TempDir(), "page.html")
	reads(t, new(any), "report", "small", "--out", out)
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`<code>(sweep train [^<]*)</code>`).FindAllSubmatch(page, -1)
	if len(commands) != 2 {
		t.Fatalf("%d commands for 2 cells", len(commands))
	}
	for i, cell := range []string{"k=1", "k=5"} {
		words := shellWords(t, html.UnescapeString(string(commands[i][1])))[1:]
		want := types(t, "", "sql", "select trial_id from trials where cell = '"+cell+"' order by seed limit 1", "-o", "csv")
		var got struct {
			TrialID string `json:"trial_id"`
			Outcome string
			Step    int
		}
		reads(t, &got, words...)
		if !strings.Contains(want.out, got.TrialID) || got.Outcome != "finished" || got.Step != 1000 {
			t.Errorf("%s trains %+v, the cell %s has\n%s", commands[i][1], got, cell, want.out)
		}
	}
}

// shellWords takes a command apart as a POSIX shell does.
func shellWords(t *testing.T, command string) []string {
	t.Helper()
	out, err := exec.Command("sh", "-c", "set -- "+command+`; printf '%s\n' "$@"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
