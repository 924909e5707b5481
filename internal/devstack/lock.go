package devstack

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

var errHeld = errors.New("the lock is held")

// tryLock takes an exclusive lock on the file, which it creates. The file is
// never removed: a lock on a removed file would guard nothing.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errHeld
		}
		return nil, err
	}
	return f, nil
}

// waitLock tries until the lock is free or ctx ends (errHeld then). A look at
// the lock by another process holds it for some microseconds, so even one who
// expects it to be free gives it a moment.
func waitLock(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := tryLock(path)
		if !errors.Is(err, errHeld) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, errHeld
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func lockWithin(ctx context.Context, path string, patience time.Duration) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return waitLock(ctx, path)
}

// lockHeld looks without creating the file.
func lockHeld(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
