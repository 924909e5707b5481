package devstack

import (
	"context"
	"maps"
	"slices"
)

// settlePorts moves every service that is not running away from ports that
// other programs took meanwhile, before anything is started with them.
func (s *supervisor) settlePorts(ctx context.Context) error {
	for _, k := range s.core {
		if k.proc != nil {
			continue
		}
		lock, err := s.home.claim(ctx, k.svc.name) // the remains of an earlier life must not look like another program
		if err != nil {
			return err
		}
		err = s.freePorts(ctx, k.svc)
		_ = lock.Close()
		if err != nil {
			return err
		}
	}
	s.note("", "", nil)
	return nil
}

// freePorts makes sure that the service can listen on its ports. One that
// another program holds is replaced for good, and who was started with it is
// restarted.
func (s *supervisor) freePorts(ctx context.Context, svc service) error {
	for _, name := range svc.ports {
		port := s.currentPorts()[name]
		if portFree(port) {
			continue
		}
		s.mu.Lock()
		err := s.ports.choose(name)
		moved := s.ports[name]
		if err == nil {
			err = s.home.writeJSON(portsFile, s.ports)
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
		s.logf("port %d of %s is taken by another program: moved to %d", port, name, moved)
		s.bounceDependents(svc.name)
	}
	return ctx.Err()
}

func (s *supervisor) bounceDependents(of string) {
	for _, k := range append(slices.Clone(s.core), s.worker) {
		if k == nil || !slices.Contains(k.svc.needs, of) {
			continue
		}
		select {
		case k.bounce <- of + " has another address":
		default: // a restart is due already
		}
	}
}

func (s *supervisor) currentPorts() ports {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.ports)
}
