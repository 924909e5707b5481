package devstack

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"
)

// startTries is how often the first start is tried before it has failed.
const startTries = 3

// keeper keeps one service alive: it starts or adopts it, waits for its health,
// watches it and starts it again.
type keeper struct {
	svc    service
	sup    *supervisor
	bounce chan string // reasons to restart
	first  chan error  // the outcome of the first start, once

	mu   sync.Mutex
	proc *process // of the present life, nil between two
}

func newKeeper(svc service, sup *supervisor) *keeper {
	return &keeper{svc: svc, sup: sup, bounce: make(chan string, 1), first: make(chan error, 1)}
}

// run lives until ctx ends and leaves the process of that moment alive:
// stopping is done in order by the supervisor.
func (k *keeper) run(ctx context.Context) {
	failures := 0
	for {
		healthy, err := k.life(ctx)
		if ctx.Err() != nil {
			return
		}
		failures++
		if healthy {
			failures = 1
		}
		var setup *SetupError
		if !healthy && (failures >= startTries || errors.As(err, &setup)) {
			k.tellFirst(err)
		}
		k.sup.note(k.svc.name, Waiting, func(s *Service) { s.PID, s.Reason, s.Restarts = 0, err.Error(), s.Restarts+1 })
		k.sup.logf("%s: %v; starting it again", k.svc.name, err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(backoff(failures)):
		}
	}
}

// backoff is nothing for the first failure and grows to 10 s.
func backoff(failures int) time.Duration {
	steps := []time.Duration{0, 0, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second}
	if failures < len(steps) {
		return steps[failures]
	}
	return 10 * time.Second
}

func (k *keeper) tellFirst(err error) {
	select {
	case k.first <- err:
	default: // told already
	}
}

// life is one process from its start or adoption to its end; healthy says
// whether it ever answered, err why it ended.
func (k *keeper) life(ctx context.Context) (healthy bool, err error) {
	logged := logSize(k.sup.home.logPath(k.svc.name)) // what it says from here on explains its end
	p, adopted := k.present(), true
	if p == nil {
		adopted = false
		if p, err = k.start(ctx); err != nil {
			return false, err
		}
		k.set(p)
	}
	defer func() {
		if p.gone() {
			k.set(nil)
		}
	}()
	k.sup.note(k.svc.name, Starting, func(s *Service) { s.PID, s.Began, s.Adopted = p.pid, p.began, adopted })
	if err := k.awaitHealthy(ctx, p, adopted); err != nil {
		return false, k.explain(err, logged)
	}
	if k.svc.settle != nil && !k.retrySettle(ctx, p) {
		return false, k.explain(errors.New("it answers but could not be set up"), logged)
	}
	k.sup.note(k.svc.name, Running, func(*Service) {})
	k.tellFirst(nil)
	return true, k.explain(k.watch(ctx, p), logged)
}

func (k *keeper) present() *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.proc != nil && k.proc.gone() {
		k.proc = nil
	}
	return k.proc
}

func (k *keeper) set(p *process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.proc = p
}

// start claims the service's lock, settles its ports and spawns it.
func (k *keeper) start(ctx context.Context) (*process, error) {
	lock, err := k.sup.home.claim(ctx, k.svc.name)
	if err != nil {
		return nil, err
	}
	defer lock.Close() // the child has its own copy
	if err := k.sup.freePorts(ctx, k.svc); err != nil {
		return nil, err
	}
	if k.svc.prepare != nil {
		if err := k.svc.prepare(ctx); err != nil {
			return nil, err
		}
	}
	cmd := k.svc.command(k.sup.currentPorts())
	if k.sup.opts.DieWithParent {
		if cmd.SysProcAttr == nil {
			cmd.SysProcAttr = &syscall.SysProcAttr{}
		}
		dieWithParent(cmd.SysProcAttr, stopRules[k.svc.name].orphan)
	}
	return k.sup.home.spawn(k.svc.name, lock, cmd)
}
