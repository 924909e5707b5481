package devstack

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const stateFile = "state.json"

// Phase is where a service stands.
type Phase string

// The phases of a service, in the order a healthy one passes through them.
const (
	Waiting  Phase = "waiting"  // not started yet, or waiting to be started again
	Starting Phase = "starting" // its process runs and does not answer yet
	Running  Phase = "running"
	Stopped  Phase = "stopped"
)

// Service is one supervised process.
type Service struct {
	Name     string    `json:"name"` // postgres, s3, temporal or worker
	PID      int       `json:"pid,omitempty"`
	Phase    Phase     `json:"phase"`
	Address  string    `json:"address,omitempty"` // host:port; none for the worker
	Version  string    `json:"version,omitempty"`
	Began    time.Time `json:"began"`
	Adopted  bool      `json:"adopted,omitempty"` // from an earlier supervisor
	Restarts int       `json:"restarts"`          // since the supervisor started
	Reason   string    `json:"reason,omitempty"`  // of the latest restart
	Log      string    `json:"log"`
}

// State is what the supervisor writes of itself and its services; it holds no
// secrets.
type State struct {
	Supervisor int       `json:"supervisor"` // pid
	Started    time.Time `json:"started"`
	ReadyAfter float64   `json:"ready_after_seconds,omitempty"`
	Ready      bool      `json:"ready"`
	Namespace  string    `json:"namespace"`
	Temporal   string    `json:"temporal"`
	UI         string    `json:"ui"`
	S3         string    `json:"s3"`
	Services   []Service `json:"services"`
}

// Service returns the one of that name.
func (s State) Service(name string) (Service, bool) {
	for _, service := range s.Services {
		if service.Name == name {
			return service, true
		}
	}
	return Service{}, false
}

// Lookup reads what runs in dir (empty: DefaultHome) without changing anything.
// The error is ErrDown when no supervisor lives there or it is not ready yet.
func Lookup(dir string) (State, Connection, error) {
	h, err := resolveHome(dir)
	if err != nil {
		return State{}, Connection{}, err
	}
	state, err := h.state()
	if missing(err) || err == nil && (!state.Ready || !h.supervised()) {
		return state, Connection{}, ErrDown
	}
	if err != nil {
		return state, Connection{}, err
	}
	p := ports{}
	if err := h.readJSON(portsFile, &p); err != nil {
		return state, Connection{}, err
	}
	s, err := h.secrets()
	return state, newConnection(p, s), err
}

// missing is true when there is no such file, also because its directory is
// none.
func missing(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (h home) state() (State, error) {
	var s State
	err := h.readJSON(stateFile, &s)
	return s, err
}

func (h home) supervised() bool { return lockHeld(h.lockPath(supervisorName)) }
