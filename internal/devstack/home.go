package devstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// marker is the file that makes a directory ours; without it nothing in the
// directory is ever removed.
const marker = ".sweep-home"

// home is the data directory of one stack.
type home string

// DefaultHome is $SWEEP_HOME, else $XDG_DATA_HOME/sweep, else
// ~/.local/share/sweep.
func DefaultHome() (string, error) {
	if dir := os.Getenv("SWEEP_HOME"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sweep"), nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", setupErrorf("no home directory (%v): set SWEEP_HOME to a directory for the local stack", err)
	}
	return filepath.Join(user, ".local", "share", "sweep"), nil
}

func resolveHome(dir string) (home, error) {
	if dir == "" {
		var err error
		if dir, err = DefaultHome(); err != nil {
			return "", err
		}
	}
	abs, err := filepath.Abs(dir)
	return home(abs), err
}

func (h home) path(elem ...string) string {
	return filepath.Join(append([]string{string(h)}, elem...)...)
}

func (h home) logPath(service string) string  { return h.path("log", service+".log") }
func (h home) lockPath(service string) string { return h.path("run", service+".lock") }

// ours reports whether the directory carries the marker.
func (h home) ours() bool {
	_, err := os.Stat(h.path(marker))
	return err == nil
}

// create makes the directory and its folders, and refuses a directory that
// already holds something else.
func (h home) create() error {
	if err := os.MkdirAll(string(h), 0o700); err != nil {
		return h.unusable(err)
	}
	if !h.ours() {
		entries, err := os.ReadDir(string(h))
		if err != nil {
			return h.unusable(err)
		}
		if len(entries) > 0 && !h.ours() { // another command may have made it this moment
			return setupErrorf("%s holds other files: set SWEEP_HOME to an empty or new directory", h)
		}
		if err := os.WriteFile(h.path(marker), []byte("data of the local stack of sweep\n"), 0o600); err != nil {
			return h.unusable(err)
		}
	}
	for _, dir := range []string{"run", "log", "postgres"} {
		if err := os.MkdirAll(h.path(dir), 0o700); err != nil {
			return h.unusable(err)
		}
	}
	return h.writable()
}

// room is what the first start and later ones need at least, in bytes: Postgres
// makes some 65 MB of files and then the first of its log.
const roomFirst, roomLater = 200 << 20, 32 << 20

// writable finds a full disk or a read-only one before anything is started.
func (h home) writable() error {
	probe := h.path("run", "probe")
	defer os.Remove(probe)
	if err := os.WriteFile(probe, make([]byte, 64<<10), 0o600); err != nil {
		return h.unusable(err)
	}
	need := uint64(roomLater)
	if _, err := os.Stat(h.path("postgres", "data")); err != nil {
		need = roomFirst
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(string(h), &fs); err != nil {
		return nil // it could be written to, that is enough
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < need {
		return setupErrorf("only %d MB are free for %s and the local stack needs %d: make room or set SWEEP_HOME to another directory",
			free>>20, h, need>>20)
	}
	return nil
}

func (h home) unusable(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return setupErrorf("cannot use %s for the local stack: %s: %v; make room or set SWEEP_HOME to another directory", h, p.Path, p.Err)
	}
	return setupErrorf("cannot use %s for the local stack: %v; set SWEEP_HOME to another directory", h, err)
}

// writeJSON replaces a file in one step, so that a reader or a kill never sees
// half of it.
func (h home) writeJSON(name string, value any) error {
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", name, err)
	}
	f, err := os.CreateTemp(filepath.Dir(h.path(name)), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), h.path(name))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", h.path(name), err)
	}
	return nil
}

// readJSON reports os.ErrNotExist for a missing file and a plain error for a
// damaged one.
func (h home) readJSON(name string, value any) error {
	b, err := os.ReadFile(h.path(name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, value); err != nil {
		return fmt.Errorf("%s is damaged: %w", h.path(name), err)
	}
	return nil
}
