package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// livePage is a page that changes while it is looked at. What was asked is read
// from the request first: pages with one key are one thing to watch.
type livePage struct {
	name  string   // template of the body
	parts []string // templates within it that change: "sweep-progress"
	ask   func(*http.Request) (question, error)
}

// question is a checked request.
type question interface {
	// key spells what was asked, the same for the same.
	key() string
	load(context.Context) (view, error)
}

// view is what a page shows at a moment.
type view interface {
	title() string
	// charts are the page's charts by name.
	charts() map[string]*chart
}

// show answers with the whole page.
func (s *Server) show(p livePage) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := p.ask(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v, err := q.load(r.Context())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		live := "/live" + r.URL.EscapedPath()
		if r.URL.RawQuery != "" {
			live += "?" + r.URL.RawQuery
		}
		s.renderLive(w, r, http.StatusOK, p.name, v.title(), live, v)
	}
}

// snapshot is all that may change on a page, at a moment.
type snapshot struct {
	id   string // digest of the rest
	HTML map[string]string
	// Charts holds JSON, see chart.
	Charts map[string]json.RawMessage
}

func (s *Server) snapshot(ctx context.Context, p livePage, q question) (snapshot, error) {
	v, err := q.load(ctx)
	if err != nil {
		return snapshot{}, err
	}
	out := snapshot{HTML: map[string]string{}, Charts: map[string]json.RawMessage{}}
	for _, name := range p.parts {
		if out.HTML[name], err = s.part(name, v); err != nil {
			return snapshot{}, err
		}
	}
	for name, c := range v.charts() {
		if out.Charts[name], err = json.Marshal(c); err != nil {
			return snapshot{}, fmt.Errorf("write chart %s: %w", name, err)
		}
	}
	all, err := json.Marshal(out)
	sum := sha256.Sum256(all)
	out.id = hex.EncodeToString(sum[:8])
	return out, err
}

// since keeps what differs from an earlier snapshot.
func (s snapshot) since(old snapshot) snapshot {
	out := snapshot{id: s.id, HTML: map[string]string{}, Charts: map[string]json.RawMessage{}}
	for name, text := range s.HTML {
		if before, ok := old.HTML[name]; !ok || before != text {
			out.HTML[name] = text
		}
	}
	for name, data := range s.Charts {
		if string(old.Charts[name]) != string(data) {
			out.Charts[name] = data
		}
	}
	return out
}

// Rhythms of a stream.
const (
	heartbeat = 15 * time.Second
	patience  = 20 * time.Second // for a viewer that does not read
)

// stream answers with server-sent events: one at the beginning, unless the
// viewer says that it has it already (Last-Event-ID, or last= after a page was
// hidden), and one whenever something changed.
func (s *Server) stream(p livePage) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := p.ask(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		key := p.name + " " + q.key()
		watcher, err := s.hub.join(key, func(ctx context.Context) (snapshot, error) { return s.snapshot(ctx, p, q) })
		if err != nil {
			s.tooBusy(w, r)
			return
		}
		defer watcher.leave()
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		last := r.Header.Get("Last-Event-ID")
		if last == "" {
			last = r.URL.Query().Get("last")
		}
		_ = s.follow(w, r, watcher, last)
	}
}

// follow writes events until somebody goes.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, watcher *watcher, last string) error {
	out := events{w, http.NewResponseController(w)}
	if err := out.write(": live\nretry: 3000\n\n"); err != nil {
		return err
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	var shown snapshot
	for {
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-watcher.closed:
			return out.write("event: bye\ndata: the server stops\n\n")
		case <-tick.C:
			if err := out.write(": still here\n\n"); err != nil {
				return err
			}
		case <-watcher.changed:
			now, err := watcher.latest()
			if err != nil {
				last = "" // the next good reading is told, whatever it is
				if err := out.event("trouble", "", map[string]string{"message": judge(err).message}); err != nil {
					return err
				}
				continue
			}
			if now.id != last {
				if err := out.event("change", now.id, now.since(shown)); err != nil {
					return err
				}
			}
			shown, last = now, now.id
		}
	}
}

// events writes server-sent events, each within the patience.
type events struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func (e events) event(name, id string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "event: %s\n", name)
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	fmt.Fprintf(&b, "data: %s\n\n", text)
	return e.write(b.String())
}

func (e events) write(text string) error {
	now := time.Now()
	if err := errors.Join(e.c.SetReadDeadline(time.Time{}), e.c.SetWriteDeadline(now.Add(patience))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.c.Flush()
}
