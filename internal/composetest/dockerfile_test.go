package composetest_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// instructions are a Dockerfile's lines, continuations joined, comments left
// out, each split into its keyword and the rest.
func instructions(t *testing.T) [][2]string {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][2]string
	var line string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if rest, more := strings.CutSuffix(text, `\`); more {
			line += rest + " "
			continue
		}
		keyword, rest, _ := strings.Cut(line+text, " ")
		all, line = append(all, [2]string{keyword, strings.TrimSpace(rest)}), ""
	}
	return all
}

func value(all [][2]string, keyword string) string {
	last := ""
	for _, i := range all {
		if i[0] == keyword {
			last = i[1]
		}
	}
	return last
}

func TestDockerfileBuildsTheSlimProgramForAnOrdinaryUser(t *testing.T) {
	all := instructions(t)
	known := []string{"FROM", "WORKDIR", "COPY", "RUN", "ARG", "ENV", "USER", "ENTRYPOINT", "CMD"}
	stages, build := 0, ""
	for _, i := range all {
		if !slices.Contains(known, i[0]) || i[1] == "" {
			t.Errorf("unexpected instruction %q %q", i[0], i[1])
		}
		if i[0] == "FROM" {
			stages++
		}
		if i[0] == "RUN" && strings.Contains(i[1], "go build") {
			build = i[1]
		}
	}
	if stages != 2 || !strings.HasSuffix(value(all, "FROM"), ":nonroot") {
		t.Errorf("%d stages, the last from %q", stages, value(all, "FROM"))
	}
	if !strings.Contains(build, "CGO_ENABLED=0") || !strings.Contains(build, "./cmd/sweep") {
		t.Errorf("built by %q", build)
	}
	if user := value(all, "USER"); user == "" || user == "root" || user == "0" {
		t.Errorf("runs as %q", user)
	}
	if value(all, "ENTRYPOINT") != `["sweep"]` {
		t.Errorf("entry point %q", value(all, "ENTRYPOINT"))
	}
}

func TestDockerfilesGoIsTheModules(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "\ngo ")
	version, _, _ := strings.Cut(rest, "\n")
	from := ""
	for _, i := range instructions(t) {
		if i[0] == "FROM" && strings.HasPrefix(i[1], "golang:") {
			from, _, _ = strings.Cut(strings.TrimPrefix(i[1], "golang:"), " ")
		}
	}
	if from == "" || !strings.HasPrefix(version, from) {
		t.Errorf("the image has Go %q, go.mod wants %q", from, version)
	}
}

func TestDockerContextLeavesSecretsOut(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".env", ".git"} {
		if !slices.Contains(strings.Fields(string(b)), want) {
			t.Errorf(".dockerignore does not name %s", want)
		}
	}
}
