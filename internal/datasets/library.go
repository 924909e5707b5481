package datasets

import (
	"fmt"
	"sync"

	facesdata "sweep/training/tasks/faces/data"
	"sweep/training/tasks/mnist/data"
)

// Library gives out the sets of a root: one copy in memory serves all trials.
// Any number of goroutines may use it.
type Library struct {
	root Root

	mu    sync.Mutex
	mnist *data.Set                 // nil until it is first asked for
	faces map[string]*facesdata.Set // by name
}

// NewLibrary makes a library; files are read when they are first asked for.
func NewLibrary(root Root) *Library { return &Library{root: root} }

// Digest reads a set and returns its digest, "" for no set (the name "").
func (l *Library) Digest(name string) (string, error) {
	switch name {
	case "":
		return "", nil
	case "mnist":
		set, err := l.MNIST("")
		if err != nil {
			return "", err
		}
		return set.Digest, nil
	}
	set, err := l.Faces(name, "")
	if err != nil {
		return "", err
	}
	return set.Digest, nil
}

// Digests reads several sets.
func (l *Library) Digests(names []string) (map[string]string, error) {
	out := map[string]string{}
	for _, name := range names {
		digest, err := l.Digest(name)
		if err != nil {
			return nil, err
		}
		out[name] = digest
	}
	return out, nil
}

// MNIST gives out the set with a digest, or the one that is there where the
// digest is "". An error says how this machine gets the set; another machine
// may have it, so it is no error of configuration.
func (l *Library) MNIST(digest string) (*data.Set, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mnist != nil && l.mnist.Digest == digest {
		return l.mnist, nil
	}
	folder := l.root.Folder(mnist())
	set, err := folder.Load() // again, since the files may have changed
	if err != nil {
		return nil, err
	}
	if digest != "" && set.Digest != digest {
		return nil, fmt.Errorf("data set mnist in %s is not the one that the trial was planned with (digest %.12s, expected %.12s): %s",
			folder.Dir, set.Digest, digest, mnist().otherRemedy(digest))
	}
	l.mnist = set
	return set, nil
}

// otherRemedy is how to get the set with a digest.
func (s Set) otherRemedy(digest string) string {
	if digest == s.Digest {
		return s.Remedy()
	}
	return "name the folder of that set with SWEEP_DATA or --data"
}
