package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sweep/report/web"
	"sweep/storage"
)

// stream is an open stream of events.
type stream struct {
	*testing.T
	response *http.Response
	lines    *bufio.Scanner
	close    func()
}

func (s *site) opens(path string, headers ...string) *stream {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	s.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	s.must(err)
	lines := bufio.NewScanner(got.Body)
	lines.Buffer(nil, 4<<20)
	return &stream{s.T, got, lines, func() { cancel(); got.Body.Close() }}
}

// next reads one event: its name, its id and its data.
func (s *stream) next() (name, id, data string) {
	s.Helper()
	for s.lines.Scan() {
		key, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch key {
		case "event":
			name = value
		case "id":
			id = value
		case "data":
			return name, id, value
		}
	}
	s.Fatalf("the stream ended: %v", s.lines.Err())
	return "", "", ""
}

func firstEvent(s *site, path string) string {
	s.Helper()
	e := s.opens(path)
	defer e.close()
	_, _, data := e.next()
	return data
}

// counting counts the reads of the list of sweeps.
type counting struct {
	web.Source
	reads atomic.Int64
}

func (c *counting) SweepLines(ctx context.Context, after storage.SweepMark, limit int) ([]storage.SweepLine, error) {
	c.reads.Add(1)
	return c.Source.SweepLines(ctx, after, limit)
}

func TestManyViewersOfOnePageAreOneReader(t *testing.T) {
	w := newWorld(t)
	source := &counting{Source: w.store}
	s := w.serves(func(c *web.Config) { c.Source, c.Every = source, time.Second })
	began := time.Now()
	for range 30 {
		e := s.opens("/live/")
		defer e.close()
		e.next()
	}
	time.Sleep(1500 * time.Millisecond)
	if n, most := source.reads.Load(), int64(time.Since(began)/time.Second)+2; n > most {
		t.Errorf("30 viewers made %d reads in %v", n, time.Since(began))
	}
}

func TestAStreamTellsWhatChangedAndIsTakenUpAgain(t *testing.T) {
	w := newWorld(t)
	s := w.serves(nil)
	path := "/live/sweeps/plain"
	_, err := w.store.PutSweep(t.Context(), storage.Sweep{Name: "plain", File: "plain.yaml", Text: []byte("x")})
	w.must(err)
	e := s.opens(path)
	defer e.close()
	if kind := e.response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("type %s", kind)
	}
	name, id, data := e.next()
	if name != "change" || id == "" || !strings.Contains(data, "running") {
		t.Fatalf("first event %s %s %.200s", name, id, data)
	}
	w.must(w.store.SetSweepState(t.Context(), "plain", storage.SweepPaused))
	name, paused, data := e.next()
	if name != "change" || paused == id || !strings.Contains(data, "paused") {
		t.Fatalf("second event %s %s %.200s", name, paused, data)
	}
	// Who has the newest already hears nothing until the next change.
	for _, again := range []*stream{s.opens(path, "Last-Event-ID", paused), s.opens(path + "?last=" + paused)} {
		defer again.close()
		w.must(w.store.SetSweepState(t.Context(), "plain", storage.SweepRunning))
		if _, got, data := again.next(); got != id || !strings.Contains(data, "running") {
			t.Errorf("taken up at %s: %s %.200s", paused, got, data)
		}
		w.must(w.store.SetSweepState(t.Context(), "plain", storage.SweepPaused))
		if _, got, _ := again.next(); got != paused {
			t.Errorf("then %s", got)
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	s := newWorld(t).serves(nil)
	var open []*stream
	defer func() {
		for _, e := range open {
			e.close()
		}
	}()
	refused := 0
	for i := range 70 { // each its own page, so its own reader
		e := s.opens(fmt.Sprintf("/live/trials/%s?step=%d", s.trial, i))
		open = append(open, e)
		if e.response.StatusCode == http.StatusServiceUnavailable {
			refused++
		}
	}
	if refused != 6 {
		t.Errorf("of 70 pages that are watched %d were refused, expected 6", refused)
	}
}

func TestStreamsEndWithTheServer(t *testing.T) {
	w := newWorld(t)
	server, err := web.New(web.Config{Source: w.store, Blobs: w.blobs})
	w.must(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	e := (&site{w, "http://" + l.Addr().String(), server}).opens("/live/")
	defer e.close()
	e.next()
	stop()
	if name, _, _ := e.next(); name != "bye" {
		t.Errorf("the last event is %q", name)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the server did not end")
	}
}
