package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

const supervisorName = "supervisor"

// supervisor runs all services of one home.
type supervisor struct {
	home    home
	opts    Options
	secrets secrets
	log     io.Writer
	core    []*keeper // postgres, s3, temporal: the stack is ready when they are
	worker  *keeper   // nil: none

	mu    sync.Mutex
	ports ports
	state State
}

// Supervise starts or adopts all services and keeps them alive until ctx ends
// or SIGTERM comes; then it stops them in order: worker, Temporal, S3,
// Postgres. When the first start fails, what was started is stopped and the
// reason returned. It is the body of `sweep supervise`; tests call it directly.
func Supervise(ctx context.Context, o Options) error {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer cancel()
	o, err := o.resolved()
	if err != nil {
		return err
	}
	parent := reportToParent()
	err = supervise(ctx, o, parent)
	parent.end(err)
	return err
}

func supervise(ctx context.Context, o Options, parent *reporter) error {
	h := home(o.Home)
	if err := h.create(); err != nil {
		return err
	}
	lock, err := lockWithin(ctx, h.lockPath(supervisorName), time.Second)
	if errors.Is(err, errHeld) {
		return fmt.Errorf("%s has a supervisor already", h)
	}
	if err != nil {
		return h.unusable(err)
	}
	defer lock.Close()
	s, err := newSupervisor(ctx, h, o)
	if err != nil {
		return err
	}
	defer s.forget()
	keepers, stopKeepers := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	defer func() {
		stopKeepers()
		running.Wait()
		s.stopAll()
	}()
	for _, k := range s.core {
		running.Go(func() { k.run(keepers) })
	}
	if err := s.awaitCore(ctx); err != nil {
		return err
	}
	if s.worker != nil {
		running.Go(func() { s.worker.run(keepers) })
	}
	s.ready(parent)
	<-ctx.Done()
	s.logf("stopping")
	return nil
}

func newSupervisor(ctx context.Context, h home, o Options) (*supervisor, error) {
	s := &supervisor{home: h, opts: o, log: o.Log}
	start, _ := processStart(os.Getpid())
	began := time.Now()
	if err := h.writeJSON(recordFile(supervisorName), record{os.Getpid(), start, began}); err != nil {
		return nil, h.unusable(err)
	}
	bin, err := h.findPrograms(ctx, o)
	if err != nil {
		return nil, err
	}
	if s.secrets, err = h.ensureSecrets(); err != nil {
		return nil, err
	}
	if s.ports, err = h.loadPorts(); err != nil {
		return nil, err
	}
	s.state = State{Supervisor: os.Getpid(), Started: began, Namespace: namespace}
	for _, svc := range []service{postgresService(h, bin, s.secrets), s3Service(h, bin, s.secrets), temporalService(h, bin, s.secrets)} {
		s.core = append(s.core, s.keep(svc))
	}
	if o.Worker != nil {
		s.worker = s.keep(workerService(o, s.secrets))
	}
	if err := s.settlePorts(ctx); err != nil {
		return nil, err
	}
	go s.learnVersions(bin.devserver)
	return s, nil
}

func (h home) findPrograms(ctx context.Context, o Options) (programs, error) {
	var bin programs
	var err error
	if bin.postgres, err = h.findPostgres(); err != nil {
		return bin, err
	}
	if bin.as, err = chooseRunAs(bin.postgres.program("postgres")); err != nil {
		return bin, err
	}
	bin.devserver, err = Devserver(ctx, o.Self, o.Log)
	return bin, err
}

// keep makes the keeper of a service; what a killed supervisor left alive is
// adopted here.
func (s *supervisor) keep(svc service) *keeper {
	k := newKeeper(svc, s)
	k.proc = s.home.adopt(svc.name)
	s.state.Services = append(s.state.Services, Service{Name: svc.name, Phase: Waiting, Version: svc.version,
		Adopted: k.proc != nil, Log: s.home.logPath(svc.name)})
	if k.proc != nil {
		s.logf("%s: adopted process %d", svc.name, k.proc.pid)
	}
	return k
}

// awaitCore waits for the first start of every core service.
func (s *supervisor) awaitCore(ctx context.Context) error {
	limit := time.After(s.opts.StartTimeout)
	for _, k := range s.core {
		select {
		case err := <-k.first:
			var setup *SetupError
			if errors.As(err, &setup) {
				return err
			}
			if err != nil {
				return fmt.Errorf("%s did not start: %w", k.svc.name, err)
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			return fmt.Errorf("%s did not start within %s; see %s", k.svc.name, s.opts.StartTimeout, s.home.logPath(k.svc.name))
		}
	}
	return nil
}

func (s *supervisor) ready(parent *reporter) {
	took := time.Since(s.state.Started)
	s.mu.Lock()
	s.state.Ready, s.state.ReadyAfter = true, took.Seconds()
	s.mu.Unlock()
	s.note("", "", nil)
	s.logf("ready after %s", took.Round(time.Millisecond))
	parent.ready()
}

// stopAll stops what lives, those that need others first. Every keeper has
// ended before.
func (s *supervisor) stopAll() {
	for _, name := range stopOrder {
		k := s.keeper(name)
		if k == nil {
			continue
		}
		if p := k.present(); p != nil {
			began := time.Now()
			p.stop(stopRules[name])
			s.logf("%s stopped in %s", name, time.Since(began).Round(time.Millisecond))
		}
	}
}

func (s *supervisor) keeper(name string) *keeper {
	for _, k := range append(slices.Clone(s.core), s.worker) {
		if k != nil && k.svc.name == name {
			return k
		}
	}
	return nil
}

// forget removes the state of a supervisor that ends in order.
func (s *supervisor) forget() { _ = os.Remove(s.home.path(stateFile)) }
