package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// process is one life of a service, started by this supervisor or adopted from
// one that was killed.
type process struct {
	pid   int
	began time.Time
	done  chan struct{} // closed when it is gone
}

// record is what is written beside the lock, so that a later supervisor knows
// whom it adopts.
type record struct {
	PID   int       `json:"pid"`
	Start string    `json:"start"` // processStart
	Began time.Time `json:"began"`
}

func recordFile(service string) string { return "run/" + service + ".json" }

// spawn starts cmd as the service's process. The child inherits the service's
// lock and holds it for as long as it or a child of its own lives.
func (h home) spawn(service string, lock *os.File, cmd *exec.Cmd) (*process, error) {
	log, err := openLog(h.logPath(service))
	if err != nil {
		return nil, h.unusable(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // a Ctrl-C in the terminal is not for the services
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", service, err)
	}
	p := &process{pid: cmd.Process.Pid, began: time.Now(), done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(p.done) }()
	start, _ := processStart(p.pid)
	if err := h.writeJSON(recordFile(service), record{p.pid, start, p.began}); err != nil {
		p.stop(atOnce)
		return nil, h.unusable(err)
	}
	return p, nil
}

// claim takes the service's lock. Leftovers of an earlier life (backends of a
// killed postmaster) get a moment to leave by themselves, then they are killed.
func (h home) claim(ctx context.Context, service string) (*os.File, error) {
	lock, err := lockWithin(ctx, h.lockPath(service), 2*time.Second)
	if !errors.Is(err, errHeld) {
		return lock, err
	}
	for _, pid := range lockHolders(h.lockPath(service)) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	lock, err = lockWithin(ctx, h.lockPath(service), 5*time.Second)
	if err != nil {
		return nil, fmt.Errorf("an earlier %s does not end: %w", service, err)
	}
	return lock, nil
}

// adopt finds the living process of a service that another supervisor started,
// nil when there is none. A lock that is held by someone the record does not
// name (a child that lingers, or a process whose supervisor was killed before
// it wrote the record) is not adopted: claim ends such a one.
func (h home) adopt(service string) *process {
	if !lockHeld(h.lockPath(service)) {
		return nil
	}
	var r record
	if err := h.readJSON(recordFile(service), &r); err != nil {
		return nil
	}
	if start, alive := processStart(r.PID); !alive || start != r.Start {
		return nil
	}
	p := &process{pid: r.PID, began: r.Began, done: make(chan struct{})}
	go p.poll(r.Start)
	return p
}

// poll notices the end of a process that is not our child.
func (p *process) poll(start string) {
	for {
		if now, alive := processStart(p.pid); !alive || now != start {
			close(p.done)
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (p *process) gone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks, waits and then kills. It returns when the process is gone.
func (p *process) stop(rule stopRule) {
	if p.gone() {
		return
	}
	_ = syscall.Kill(p.pid, rule.signal)
	select {
	case <-p.done:
		return
	case <-time.After(rule.grace):
	}
	_ = syscall.Kill(p.pid, syscall.SIGKILL)
	<-p.done
}
