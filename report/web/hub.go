package web

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Bounds on what is watched at the same time.
const (
	maxWatched = 64  // things
	maxViewers = 200 // streams
)

var errFull = errors.New("too many live pages are open")

// hub reads each watched thing for all of its viewers: at most once per
// `every`, and not at all while nobody looks.
type hub struct {
	every time.Duration

	mu      sync.Mutex
	things  map[string]*thing
	viewers int
	stop    chan struct{}
	closing sync.Once
}

// thing is something watched.
type thing struct {
	viewers map[*watcher]bool
	cancel  context.CancelFunc
	read    bool // at least once
	now     snapshot
	err     error
}

// watcher is one viewer's place. changed holds a note after every change, the
// first reading included.
type watcher struct {
	changed chan struct{}
	closed  <-chan struct{}
	hub     *hub
	key     string
}

func newHub(every time.Duration) *hub {
	return &hub{every: every, things: map[string]*thing{}, stop: make(chan struct{})}
}

// close ends every stream.
func (h *hub) close() { h.closing.Do(func() { close(h.stop) }) }

// join begins to watch. load reads the thing; the first joiner's is used for
// all of one key.
func (h *hub) join(key string, load func(context.Context) (snapshot, error)) (*watcher, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.things[key]
	if h.viewers >= maxViewers || t == nil && len(h.things) >= maxWatched {
		return nil, errFull
	}
	w := &watcher{changed: make(chan struct{}, 1), closed: h.stop, hub: h, key: key}
	if t == nil {
		ctx, cancel := context.WithCancel(context.Background())
		t = &thing{viewers: map[*watcher]bool{}, cancel: cancel}
		h.things[key] = t
		go h.watch(ctx, t, load)
	}
	h.viewers++
	t.viewers[w] = true
	if t.read {
		w.changed <- struct{}{}
	}
	return w, nil
}

// leave ends watching; the last one out stops the reading.
func (w *watcher) leave() {
	h := w.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.things[w.key]
	delete(t.viewers, w)
	h.viewers--
	if len(t.viewers) == 0 {
		t.cancel()
		delete(h.things, w.key)
	}
}

// latest is the newest reading.
func (w *watcher) latest() (snapshot, error) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	t := w.hub.things[w.key]
	return t.now, t.err
}

// share is the part of a thing's time that reading it may take: a page that is
// dear to read is read less often.
const share = 10

// watch reads a thing until its last viewer has left.
func (h *hub) watch(ctx context.Context, t *thing, load func(context.Context) (snapshot, error)) {
	defer t.cancel()
	for {
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, pageTime)
		now, err := load(limited)
		cancel()
		if ctx.Err() != nil {
			return
		}
		h.tell(t, now, err)
		pause := time.NewTimer(max(h.every, share*time.Since(began)))
		select {
		case <-h.stop:
		case <-ctx.Done():
		case <-pause.C:
			continue
		}
		pause.Stop()
		return
	}
}

// tell keeps a reading and wakes the viewers if it is news. A failed reading
// leaves the last good one in place.
func (h *hub) tell(t *thing, now snapshot, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	news := !t.read || (err == nil) != (t.err == nil) || err == nil && now.id != t.now.id
	t.read, t.err = true, err
	if err == nil {
		t.now = now
	}
	if !news {
		return
	}
	for w := range t.viewers {
		select {
		case w.changed <- struct{}{}:
		default: // a note is waiting already
		}
	}
}
