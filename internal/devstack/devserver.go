package devstack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Devserver returns the path of the devserver program: $SWEEP_DEVSERVER, else
// beside self, else on PATH, else of the source tree that self or the working
// directory lies in: bin/devserver when it is newer than its sources, else
// built. A build is kept in the user's cache directory
// under the hash of its sources, and told to log: it takes minutes the first
// time.
func Devserver(ctx context.Context, self string, log io.Writer) (string, error) {
	if p := os.Getenv("SWEEP_DEVSERVER"); p != "" {
		if !executable(p) {
			return "", setupErrorf("SWEEP_DEVSERVER=%s is not a program: point it at devserver or unset it", p)
		}
		return p, nil
	}
	if p := filepath.Join(filepath.Dir(self), "devserver"); executable(p) {
		return p, nil
	}
	if p, err := exec.LookPath("devserver"); err == nil {
		return filepath.Abs(p)
	}
	source, ok := devserverSource(self)
	if !ok {
		return "", setupErrorf("the program devserver is not beside %s nor on PATH: run `make build` in sweep's source tree, or set SWEEP_DEVSERVER", self)
	}
	if p := filepath.Join(source, "..", "..", "bin", "devserver"); executable(p) && newerThanSources(p, source) {
		return p, nil
	}
	return buildDevserver(ctx, source, log)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// devserverSource looks upward from self and from the working directory.
func devserverSource(self string) (string, bool) {
	wd, _ := os.Getwd()
	for _, dir := range []string{filepath.Dir(self), wd} {
		for dir != "" {
			source := filepath.Join(dir, "cmd", "devserver")
			if _, err := os.Stat(filepath.Join(source, "go.mod")); err == nil {
				return source, true
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", false
}

func buildDevserver(ctx context.Context, source string, log io.Writer) (string, error) {
	hash, err := hashSource(source)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", source, err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", setupErrorf("no cache directory for devserver (%v): set XDG_CACHE_HOME", err)
	}
	dir := filepath.Join(cache, "sweep")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", home(dir).unusable(err)
	}
	target := filepath.Join(dir, "devserver-"+hash)
	lock, err := waitLock(ctx, target+".lock") // one build, however many ask for it
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if executable(target) {
		return target, nil
	}
	return target, compile(ctx, source, target, log)
}

func compile(ctx context.Context, source, target string, log io.Writer) error {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return setupErrorf("devserver has to be built once and the go command is not on PATH: install Go, or set SWEEP_DEVSERVER")
	}
	fmt.Fprintln(log, "building devserver (the first time this takes several minutes)…")
	began, draft := time.Now(), target+".draft"
	defer os.Remove(draft)
	c := exec.CommandContext(ctx, goTool, "build", "-C", source, "-ldflags=-s -w", "-o", draft, ".")
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := c.CombinedOutput(); err != nil {
		return setupErrorf("building devserver failed: %s", firstLine(string(out), err))
	}
	if err := os.Rename(draft, target); err != nil {
		return err
	}
	fmt.Fprintf(log, "built devserver in %s\n", time.Since(began).Round(time.Second))
	return nil
}

func firstLine(text string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line == "" {
		return err.Error()
	}
	return line
}

// sources are the files that decide what the binary is, sorted.
func sources(dir string) []string {
	var names []string
	for _, pattern := range []string{"*.go", "go.mod", "go.sum"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern)) // these patterns are well formed
		names = append(names, found...)
	}
	slices.Sort(names)
	return names
}

func newerThanSources(program, dir string) bool {
	built := stampOf(program).modified
	for _, name := range sources(dir) {
		if stampOf(name).modified.After(built) {
			return false
		}
	}
	return true
}

func hashSource(dir string) (string, error) {
	h := sha256.New()
	for _, name := range sources(dir) {
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(name), len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// devserverVersions asks the program what it embeds; a program that cannot
// say leaves the versions empty.
func devserverVersions(program string) (temporal, s3 string) {
	var v struct{ Temporal, UI, S3 string }
	out, err := exec.Command(program, "version").Output()
	if err != nil || json.Unmarshal(out, &v) != nil {
		return "", ""
	}
	return fmt.Sprintf("%s (ui %s)", v.Temporal, v.UI), v.S3
}
