package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"time"
)

// Config is what a server is made of. Source and Blobs must be there.
type Config struct {
	Source Source
	Blobs  Blobs
	// Token must be shown by whoever asks; "" asks for none, which is for
	// loopback only. It has at least MinToken characters.
	Token string
	// Hosts are the names, beside loopback's, by which browsers may reach the
	// server; AnyIP also lets them use an address.
	Hosts []string
	AnyIP bool
	// SweepLink and WorkflowLink give addresses in the Temporal web UI, "" for
	// none. Nil: there are none.
	SweepLink    func(sweep string) string
	WorkflowLink func(workflowID string) string
	Version      string // of the program, in words
	// Every is the least time between two reads of one live page; 0 is a second.
	Every time.Duration
}

// MinToken is the least length of a token.
const MinToken = 16

// Server answers browsers.
type Server struct {
	Config
	pages   *template.Template
	assets  assets
	session string // what a logged-in browser's cookie holds
	hub     *hub
	busy    chan struct{} // one place for each request that is being answered
	asking  chan struct{} // one for each SQL query
	drawing chan struct{} // one for each picture
	drawn   pictures
}

// Bounds on what is done at the same time.
const (
	maxBusy    = 16
	maxAsking  = 2
	maxDrawing = 2
)

// New makes a server that listens nowhere yet.
func New(c Config) (*Server, error) {
	if c.Token != "" && len(c.Token) < MinToken {
		return nil, fmt.Errorf("the token has %d characters, at least %d are needed", len(c.Token), MinToken)
	}
	if c.Every <= 0 {
		c.Every = time.Second
	}
	s := &Server{Config: c, session: sessionOf(c.Token), busy: make(chan struct{}, maxBusy),
		asking: make(chan struct{}, maxAsking), drawing: make(chan struct{}, maxDrawing)}
	var err error
	if s.assets, err = readAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = s.templates(); err != nil {
		return nil, err
	}
	s.hub = newHub(c.Every)
	return s, nil
}

// Handler is the whole site with its guards.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, page := range s.livePages() {
		mux.Handle("GET "+path, s.ordinary(s.show(page)))
		mux.Handle("GET /live"+path, http.HandlerFunc(s.stream(page)))
	}
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /trials/{trial}/pictures/{name}/{step}":  s.picture,
		"GET /trials/{trial}/artifacts/{name}/{step}": s.artifact,
		"GET /reports/{sweep}":                        s.report,
		"GET /sql":                                    s.sqlForm,
		"POST /sql":                                   s.sqlAnswer,
	} {
		mux.Handle(pattern, s.ordinary(h))
	}
	mux.HandleFunc("GET /login", s.loginForm)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /static/{file}", s.asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &refusal{http.StatusNotFound, "There is no such page."})
	})
	return s.guard(s.authorize(mux))
}

// Times that one request may take.
const (
	pageTime  = 20 * time.Second // to make a page
	queryTime = 15 * time.Second // a SQL query
)

// Serve answers on l until ctx ends; then live streams are closed and requests
// that are being answered have a moment to end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: pageTime + 30*time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	server.RegisterOnShutdown(s.hub.close)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(limited(l, maxConnections)) }()
	select {
	case err := <-ended:
		s.hub.close()
		return fmt.Errorf("serve the page: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		_ = server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
