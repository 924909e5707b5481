package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// place is where a peer was installed, or why it was not.
type place struct{ python, none string }

// readPeers reads what scripts/bench-peers printed.
func readPeers(path string) (map[string]place, error) {
	found := map[string]place{}
	if path == "" {
		return found, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading what scripts/bench-peers found: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(f) != 3 {
			return nil, fmt.Errorf("%s: %q has not three fields", path, line)
		}
		if f[1] == "none" {
			found[f[0]] = place{none: f[2]}
			continue
		}
		found[f[0]] = place{python: f[1]}
	}
	return found, nil
}

// peer is a Python program that answers a line with a line (peers/serve.py).
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

type reply struct {
	Error, Version string
	Seconds        float64
	N              int
	Losses         []losses
	Differ         float64
}

// startPeer starts a peer; one that does not start is none, with the reason.
func startPeer(ctx context.Context, name string, at place, args ...string) *contestant {
	c := &contestant{name: name, none: at.none}
	if at.none == "" && at.python == "" {
		c.none = "not looked for: run scripts/bench-train"
	}
	if c.none != "" {
		return c
	}
	p, version, err := start(ctx, at.python, args)
	if err != nil {
		c.none = err.Error()
		return c
	}
	c.trainer, c.version = p, version
	return c
}

func start(ctx context.Context, python string, args []string) (*peer, string, error) {
	cmd := exec.CommandContext(ctx, python, args...)
	var last lastLine
	cmd.Stderr = &last
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	p := &peer{cmd, in, bufio.NewReader(out)}
	hello, err := p.read()
	if err != nil {
		return nil, "", fmt.Errorf("%s (%w)", last, errors.Join(err, p.close()))
	}
	return p, hello.Version, nil
}

// lastLine passes everything on to standard error and keeps the last line, which
// tells why a Python program ended.
type lastLine string

func (l *lastLine) Write(b []byte) (int, error) {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if s := lines[len(lines)-1]; s != "" {
		*l = lastLine(s)
	}
	return os.Stderr.Write(b)
}

func (p *peer) ask(question map[string]any) (reply, error) {
	line, err := json.Marshal(question)
	if err != nil {
		return reply{}, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return reply{}, fmt.Errorf("asking %s: %w", p.cmd.Path, err)
	}
	return p.read()
}

func (p *peer) read() (r reply, err error) {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return r, fmt.Errorf("no answer: %w", err)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("not an answer, %q: %w", line, err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

func (p *peer) open(s spec, d *data) error {
	_, err := p.ask(map[string]any{"op": "open", "k": s.k, "z": s.z, "batch": s.batch, "full": s.full, "file": d.file})
	return err
}

func (p *peer) check() ([]losses, error) {
	r, err := p.ask(map[string]any{"op": "check"})
	return r.Losses, err
}

func (p *peer) run(n int) (time.Duration, error) {
	r, err := p.ask(map[string]any{"op": "run", "n": n})
	if err == nil && r.N < n {
		err = fmt.Errorf("asked for %d iterations, got %d", n, r.N)
	}
	if err != nil {
		return 0, err
	}
	return time.Duration(r.Seconds / float64(r.N) * float64(time.Second)), nil
}

// close ends the program by ending its input.
func (p *peer) close() error {
	return errors.Join(p.in.Close(), p.cmd.Wait())
}
