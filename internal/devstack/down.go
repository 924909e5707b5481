package devstack

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// ourFiles are all that Down removes; anything else in the home stays.
var ourFiles = []string{"postgres", "s3", "log", "run", secretsFile, portsFile, stateFile}

// Down stops everything that runs in dir (empty: DefaultHome), also services
// whose supervisor is gone. With purge it then removes the data; a directory
// without our marker is refused. Nothing running is not an error.
func Down(ctx context.Context, dir string, purge bool) error {
	h, err := resolveHome(dir)
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(string(h)); missing(err) || err == nil && len(entries) == 0 {
		return nil
	}
	if !h.ours() {
		return setupErrorf("%s is not a home of the local stack (no %s in it): nothing was removed", h, marker)
	}
	if err := os.MkdirAll(h.path("run"), 0o700); err != nil {
		return h.unusable(err)
	}
	lock, err := waitLock(ctx, h.lockPath("start"))
	if err != nil {
		return fmt.Errorf("another command is starting or stopping the stack: %w", err)
	}
	defer lock.Close()
	if err := h.stopSupervisor(ctx); err != nil {
		return err
	}
	if err := h.stopOrphans(ctx); err != nil {
		return err
	}
	_ = os.Remove(h.path(stateFile))
	if purge {
		return h.purge()
	}
	return nil
}

// stopSupervisor lets the supervisor stop its services; one that does not end
// is killed, and its services are then orphans.
func (h home) stopSupervisor(ctx context.Context) error {
	if !h.supervised() {
		return nil
	}
	p := h.adopt(supervisorName)
	for try := 0; p == nil && try < 50 && h.supervised(); try++ { // it writes its record just after it takes the lock
		time.Sleep(20 * time.Millisecond)
		p = h.adopt(supervisorName)
	}
	if p == nil && !h.supervised() {
		return nil
	}
	if p == nil {
		return fmt.Errorf("%s has a supervisor that cannot be identified; see %s", h, h.path("run"))
	}
	_ = syscall.Kill(p.pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(110 * time.Second): // the sum of its own limits, and some
		p.stop(atOnce)
	}
	return nil
}

func (h home) stopOrphans(ctx context.Context) error {
	for _, name := range stopOrder {
		if p := h.adopt(name); p != nil {
			p.stop(stopRules[name])
		}
		if !lockHeld(h.lockPath(name)) {
			continue
		}
		lock, err := h.claim(ctx, name) // ends whoever still holds it
		if err != nil {
			return err
		}
		_ = lock.Close()
	}
	return nil
}

// purge removes the marker last, so that an interrupted purge can be repeated.
func (h home) purge() error {
	for _, name := range append(append([]string{}, ourFiles...), marker) {
		if err := os.RemoveAll(h.path(name)); err != nil {
			return fmt.Errorf("removing the data: %w", err)
		}
	}
	_ = os.Remove(string(h)) // stays when it holds files of others
	return nil
}
