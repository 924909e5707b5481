package devstack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Ensure returns the connection of a stack whose services all answer: at once
// when they do, after a wait when another command is starting them, and by
// starting a detached supervisor when there is none. A *SetupError is for the
// person to mend.
func Ensure(ctx context.Context, o Options) (Connection, error) {
	o, err := o.resolved()
	if err != nil {
		return Connection{}, err
	}
	h := home(o.Home)
	if c, ok := h.answering(ctx); ok {
		return c, nil
	}
	if err := h.create(); err != nil {
		return Connection{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.StartTimeout+10*time.Second, errors.New("the local stack did not start in time"))
	defer cancel()
	lock, err := waitLock(ctx, h.lockPath("start")) // one command starts it, the others wait here
	if err != nil {
		return Connection{}, whyEnded(ctx, err)
	}
	defer lock.Close()
	if h.supervised() {
		c, err := h.awaitAnswers(ctx, o)
		if err == nil || h.supervised() {
			return c, whyEnded(ctx, err)
		}
	}
	if err := h.launch(ctx, o); err != nil {
		return Connection{}, whyEnded(ctx, err)
	}
	_, c, err := Lookup(o.Home)
	return c, err
}

func whyEnded(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// answering asks every service once.
func (h home) answering(ctx context.Context) (Connection, bool) {
	_, c, err := Lookup(string(h))
	if err != nil {
		return c, false
	}
	p := ports{}
	if h.readJSON(portsFile, &p) != nil {
		return c, false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, svc := range []service{postgresService(h, programs{}, secrets{}), s3Service(h, programs{}, secrets{}), temporalService(h, programs{}, secrets{})} {
		if svc.probe(ctx, p) != nil {
			return c, false
		}
	}
	return c, true
}

// repairLimit is how long a living supervisor may take to bring back a service
// that died, before Ensure gives up.
const repairLimit = 2 * time.Minute

// awaitAnswers waits for a living supervisor to have everything up, and tells
// what it waits for.
func (h home) awaitAnswers(ctx context.Context, o Options) (Connection, error) {
	began, told := time.Now(), ""
	for ctx.Err() == nil && h.supervised() {
		if c, ok := h.answering(ctx); ok {
			return c, nil
		}
		waits := h.notRunning()
		if waited := time.Since(began); waited > repairLimit {
			return Connection{}, fmt.Errorf("the local stack does not come back: %s", waits)
		} else if waited > 2*time.Second && waits != told {
			told = waits
			fmt.Fprintf(o.Log, "waiting for the local stack: %s\n", waits)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return Connection{}, errors.New("the supervisor of the local stack ended")
}

// notRunning names the services that are not up, and why.
func (h home) notRunning() string {
	state, err := h.state()
	if err != nil {
		return "its supervisor is starting"
	}
	var all []string
	for _, s := range state.Services {
		if s.Phase == Running || s.Name == "worker" {
			continue
		}
		text := s.Name + " is " + string(s.Phase)
		if s.Reason != "" {
			text += " (" + s.Reason + ")"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return "a service does not answer; see " + h.path("log")
	}
	return strings.Join(all, ", ")
}

// launch starts a detached supervisor and waits for its word. What a person has
// to mend is found here, in the foreground, before anything is started.
func (h home) launch(ctx context.Context, o Options) error {
	bin, err := h.findPrograms(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Log, "starting the local stack in %s…\n", h)
	log, err := openLog(h.logPath(supervisorName))
	if err != nil {
		return h.unusable(err)
	}
	defer log.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd := exec.Command(o.Self, append(append([]string{}, o.Supervise...), "--home", o.Home)...)
	cmd.Dir = string(h)
	cmd.Env = append(os.Environ(), readyFD+"=3", "SWEEP_HOME="+o.Home, "SWEEP_DEVSERVER="+bin.devserver)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{write}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it outlives the terminal
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("starting the supervisor: %w", err)
	}
	began, exited := time.Now(), make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	if err := awaitReport(ctx, read); err != nil {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-exited // it stops what it started, each within its own limit
		return err
	}
	fmt.Fprintf(o.Log, "the local stack is ready (%.1f s)\n", time.Since(began).Seconds())
	return nil
}

func awaitReport(ctx context.Context, pipe *os.File) error {
	word := make(chan error, 1)
	go func() {
		line, _ := bufio.NewReader(pipe).ReadString('\n')
		word <- parseReport(line)
	}()
	select {
	case err := <-word:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
