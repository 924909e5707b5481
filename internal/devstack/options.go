package devstack

import (
	"io"
	"os"
	"path/filepath"
	"time"
)

// Options say where the stack lives and what it supervises.
type Options struct {
	// Home is the data directory; empty means DefaultHome.
	Home string
	// Self is the program started as `Self supervise --home HOME` and as the
	// worker; empty means os.Executable().
	Self string
	// Supervise are the arguments of Self that run Supervise; empty means
	// {"supervise"}. "--home HOME" is appended.
	Supervise []string
	// Worker is the argument list of the supervised worker, for example
	// {"worker", "--local"}; nil: no worker.
	Worker []string
	// WorkerEnv is added to the worker's environment, over Connection.Environ.
	WorkerEnv []string
	// Log takes progress lines for people; nil: none.
	Log io.Writer
	// DieWithParent ends the services when the supervising process dies, even
	// by kill -9 (Linux only). Tests use it; the stack of a person does not,
	// because there the services are adopted.
	DieWithParent bool
	// Unresponsive is how long a living service may leave health checks
	// unanswered before it is killed and restarted; 0 means 30 s.
	Unresponsive time.Duration
	// StartTimeout bounds the first start; 0 means 10 min, for a database that
	// has much to recover. A service that does not come up fails long before.
	StartTimeout time.Duration
}

func (o Options) resolved() (Options, error) {
	dir, err := resolveHome(o.Home)
	if err != nil {
		return o, err
	}
	o.Home = string(dir)
	if o.Self == "" {
		if o.Self, err = os.Executable(); err != nil {
			return o, err
		}
	}
	if o.Self, err = filepath.Abs(o.Self); err != nil {
		return o, err
	}
	if len(o.Supervise) == 0 {
		o.Supervise = []string{"supervise"}
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Unresponsive == 0 {
		o.Unresponsive = 30 * time.Second
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 10 * time.Minute
	}
	return o, nil
}
