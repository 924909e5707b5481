package endtoend_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sweep/internal/devstack"
)

// person is somebody with a home of their own who types sweep commands.
type person struct {
	t    *testing.T
	home string
	dir  string // where their files are
	env  []string
}

// newPerson has an empty home; whatever they start is stopped at the end.
func newPerson(t *testing.T, env ...string) *person {
	t.Helper()
	dir := t.TempDir()
	p := &person{t: t, home: filepath.Join(dir, "home"), dir: dir, env: env}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if t.Failed() {
			p.showLogs()
		}
		if err := devstack.Down(ctx, p.home, true); err != nil && !errors.Is(err, devstack.ErrDown) {
			t.Errorf("stop the stack: %v", err)
		}
	})
	return p
}

// said is what a command printed and how it ended.
type said struct {
	out, err string
	code     int
}

func (p *person) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = p.dir
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_BUCKET", "SWEEP_HOME":
		default:
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(append(cmd.Env, "SWEEP_HOME="+p.home), p.env...)
	return cmd
}

// types runs a command to its end, whatever its exit code.
func (p *person) types(args ...string) said {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := p.command(ctx, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("sweep %s: %v", strings.Join(args, " "), err)
	}
	return said{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// gets runs a command that must succeed and returns what it printed.
func (p *person) gets(args ...string) string {
	p.t.Helper()
	s := p.types(args...)
	if s.code != 0 {
		p.t.Fatalf("sweep %s: exit %d\n%s%s", strings.Join(args, " "), s.code, s.out, s.err)
	}
	return s.out
}

// reads runs a command with -o json and decodes what it printed.
func (p *person) reads(into any, args ...string) {
	p.t.Helper()
	out := p.gets(append(args, "-o", "json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		p.t.Fatalf("sweep %s -o json: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// query runs a statement that returns one column and yields its rows as text.
func (p *person) query(sql string) []string {
	p.t.Helper()
	lines := strings.Split(strings.TrimRight(p.gets("sql", sql, "-o", "csv"), "\n"), "\n")
	return lines[1:]
}

// one is the only value of a statement.
func (p *person) one(sql string) string {
	p.t.Helper()
	rows := p.query(sql)
	if len(rows) != 1 {
		p.t.Fatalf("%s: %d rows, expected one", sql, len(rows))
	}
	return rows[0]
}

// file writes a file into the person's folder and returns its path.
func (p *person) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// eventually waits for a condition, polling gently.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

func (p *person) showLogs() {
	logs, _ := filepath.Glob(filepath.Join(p.home, "log", "*"))
	for _, path := range logs {
		data, err := os.ReadFile(path)
		if err == nil {
			p.t.Logf("%s (its end):\n%s", filepath.Base(path), data[max(0, len(data)-3000):])
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
