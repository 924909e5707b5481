package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// startLimit is how long a process may take until its first healthy answer.
const startLimit = 90 * time.Second

// awaitHealthy returns when the probe succeeds. A service that says it is still
// starting (Postgres in recovery) may take as long as it needs.
func (k *keeper) awaitHealthy(ctx context.Context, p *process, adopted bool) error {
	limit := startLimit
	if adopted {
		limit = k.sup.opts.Unresponsive
	}
	for deadline := time.Now().Add(limit); ; {
		err := k.probe(ctx, 2*time.Second)
		switch {
		case err == nil && !p.gone():
			return nil
		case errors.Is(err, errStarting):
			deadline = time.Now().Add(limit)
		case time.Now().After(deadline):
			p.stop(atOnce)
			return fmt.Errorf("no answer within %s: %w", limit, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return errExited
		case reason := <-k.bounce:
			p.stop(stopRules[k.svc.name])
			return errors.New(reason)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errExited = errors.New("exited")

func (k *keeper) probe(ctx context.Context, limit time.Duration) error {
	if k.svc.probe == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return k.svc.probe(ctx, k.sup.currentPorts())
}

func (k *keeper) retrySettle(ctx context.Context, p *process) bool {
	for try := 0; try < 5 && !p.gone() && ctx.Err() == nil; try++ {
		err := k.svc.settle(ctx, k.sup.currentPorts())
		if err == nil {
			return true
		}
		k.sup.logf("%s: setting up: %v", k.svc.name, err)
		time.Sleep(200 * time.Millisecond)
	}
	p.stop(stopRules[k.svc.name])
	return false
}

// misses is how many health checks in a row must fail before a service that
// is alive counts as stuck. Counting, and not the clock, spares a machine that
// was asleep.
const misses = 6

// watch returns why the process ended or had to be ended.
func (k *keeper) watch(ctx context.Context, p *process) error {
	interval := k.sup.opts.Unresponsive / misses
	if k.svc.program != "" {
		interval = min(interval, time.Second)
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	file, missed := newFileWatch(k.svc.program, p.began), 0
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return errExited
		case reason := <-k.bounce:
			p.stop(stopRules[k.svc.name])
			return errors.New(reason)
		case <-tick.C:
		}
		if file.replaced() {
			p.stop(stopRules[k.svc.name])
			return fmt.Errorf("%s was replaced", k.svc.program)
		}
		err := k.probe(ctx, interval)
		if err == nil || errors.Is(err, errStarting) || ctx.Err() != nil {
			missed = 0
			continue
		}
		if missed++; missed >= misses {
			p.stop(atOnce)
			return fmt.Errorf("no answer for %s, killed: %w", k.sup.opts.Unresponsive, err)
		}
	}
}

// explain adds what the service itself said last.
func (k *keeper) explain(err error, logged int64) error {
	if !errors.Is(err, errExited) {
		return err
	}
	path := k.sup.home.logPath(k.svc.name)
	if words := lastWords(path, logged); words != "" {
		return fmt.Errorf("%w: %s (see %s)", err, words, path)
	}
	return fmt.Errorf("%w (see %s)", err, path)
}

func logSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
