package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"
)

// Control characters of a terminal.
const (
	ctrlC = 0x03
	ctrlE = 0x05 // to the end of the line
	ctrlU = 0x15 // delete to its beginning
)

// terminalLines edits lines on a terminal, which is raw only while it does: what
// a statement prints and how it is interrupted is as everywhere.
type terminalLines struct {
	file *os.File
	keys *keys
	edit *term.Terminal
}

func newTerminalLines(in *os.File, out io.Writer, h term.History) *terminalLines {
	k := &keys{from: in}
	t := &terminalLines{file: in, keys: k, edit: newEditor(k, out, h)}
	return t
}

// newEditor edits what keys type; out shows it.
func newEditor(k io.Reader, out io.Writer, h term.History) *term.Terminal {
	edit := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{k, out}, "")
	if h != nil {
		edit.History = h
	}
	return edit
}

func (t *terminalLines) line(prompt string) (string, bool, error) {
	fd := int(t.file.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = term.Restore(fd, before) }()
	if w, h, err := term.GetSize(fd); err == nil && w > 0 {
		_ = t.edit.SetSize(w, h) // fails only when the terminal is gone, which reading tells
	}
	return readEdited(t.edit, t.keys, prompt)
}

func readEdited(edit *term.Terminal, k *keys, prompt string) (string, bool, error) {
	edit.SetPrompt(prompt)
	text, err := edit.ReadLine()
	if err == term.ErrPasteIndicator {
		err = nil
	}
	if k.interrupted {
		k.interrupted = false
		return "", true, err
	}
	return text, false, err
}

// keys turns Ctrl-C, by which the editor would end, into keys that empty the
// line and end it, and remembers it.
type keys struct {
	from        io.Reader
	pending     []byte
	interrupted bool
}

func (k *keys) Read(p []byte) (int, error) {
	if len(k.pending) == 0 {
		var b [256]byte
		n, err := k.from.Read(b[:])
		if n == 0 {
			return 0, err
		}
		k.pending = b[:n]
		if i := slices.Index(k.pending, ctrlC); i >= 0 { // what was typed after it is given up, too
			k.interrupted = true
			k.pending = append(slices.Clone(k.pending[:i]), ctrlE, ctrlU, '\r')
		}
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

// maxHistory bounds the lines that are kept.
const maxHistory = 1000

// lineHistory keeps lines in a file of the user's cache folder, oldest first.
type lineHistory struct {
	path  string
	lines []string // newest last
}

// newHistory reads the file; without one there is history of this session alone.
func newHistory(complain io.Writer) *lineHistory {
	h := &lineHistory{}
	cache, err := os.UserCacheDir()
	if err != nil {
		return h
	}
	h.path = filepath.Join(cache, "sweep", "sql_history")
	if err := h.load(); err != nil && !os.IsNotExist(err) {
		fmt.Fprintln(complain, "the history is not kept:", err)
		h.path = ""
	}
	return h
}

func (h *lineHistory) load() error {
	f, err := os.Open(h.path)
	if err != nil {
		return err
	}
	defer f.Close()
	for s := bufio.NewScanner(io.LimitReader(f, maxStatement)); s.Scan(); {
		h.keep(s.Text())
	}
	return nil
}

func (h *lineHistory) keep(line string) {
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-maxHistory):]
}

// Add appends a line, unless it says nothing new.
func (h *lineHistory) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.keep(line)
	if h.path == "" {
		return
	}
	text := strings.Join(h.lines, "\n") + "\n"
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err == nil {
		err = os.WriteFile(h.path, []byte(text), 0o600)
		if err != nil {
			h.path = "" // a full disk shall not spoil the session
		}
	}
}

// Len counts the lines.
func (h *lineHistory) Len() int { return len(h.lines) }

// At gives a line; 0 is the newest.
func (h *lineHistory) At(i int) string { return h.lines[len(h.lines)-1-i] }
