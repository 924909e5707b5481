package devstack

import (
	"fmt"
	"time"
)

// note changes what the state file says of one service and writes it; an empty
// name only writes. A failure to write (full disk) does not stop the services.
func (s *supervisor) note(name string, phase Phase, change func(*Service)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.state.Services {
		service := &s.state.Services[i]
		if service.Name == name {
			service.Phase = phase
			change(service)
		}
		if _, listens := s.ports[service.Name]; listens {
			service.Address = s.ports.address(service.Name)
		}
	}
	s.state.Temporal, s.state.S3 = s.ports.address("temporal"), "http://"+s.ports.address("s3")
	s.state.UI = "http://" + s.ports.address("ui")
	if err := s.home.writeJSON(stateFile, s.state); err != nil {
		s.logf("state file: %v", err)
	}
}

// learnVersions asks devserver what it embeds; it is not waited for.
func (s *supervisor) learnVersions(program string) {
	temporal, s3 := devserverVersions(program)
	s.mu.Lock()
	for i := range s.state.Services {
		switch service := &s.state.Services[i]; service.Name {
		case "temporal":
			service.Version = temporal
		case "s3":
			service.Version = s3
		}
	}
	s.mu.Unlock()
}

func (s *supervisor) logf(format string, args ...any) {
	fmt.Fprintf(s.log, "%s %s\n", time.Now().Format("2006-01-02 15:04:05.000"), fmt.Sprintf(format, args...))
}
