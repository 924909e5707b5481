package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Bounds on a request.
const (
	maxURL         = 4 << 10
	maxForm        = 64 << 10
	maxConnections = 256
)

// policy lets a page load this server's own files and nothing else; script and
// style stand in files, never in the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard refuses what no browser of ours sends, and sets the headers that every
// answer carries. Requests that change something (there are three: login,
// logout, and SQL, which costs the database time) must come from this site:
// http.CrossOriginProtection looks at Sec-Fetch-Site and Origin, and the cookie
// is SameSite=Strict, so forms carry no token of their own.
func (s *Server) guard(next http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &refusal{http.StatusForbidden, "This form was sent from another site."})
	}))
	next = csrf.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		switch {
		case !s.knownHost(r.Host):
			s.fail(w, r, &refusal{http.StatusMisdirectedRequest, "This server is not known by that name; --host NAME makes it known."})
		case len(r.URL.Path)+len(r.URL.RawQuery) > maxURL:
			s.fail(w, r, &refusal{http.StatusRequestURITooLong, "The address is too long."})
		case badQuery(r):
			s.fail(w, r, mistake("The address has a part that cannot be read."))
		case foreign(r):
			s.fail(w, r, &refusal{http.StatusForbidden, "Another site asked for this."})
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			next.ServeHTTP(w, r)
		}
	})
}

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
}

// knownHost stops DNS rebinding: a foreign name that resolves to this machine
// reaches the server, but says its name. Ports are not looked at: a tunnel may
// change them.
func (s *Server) knownHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (s.AnyIP || addr.IsLoopback())
}

// badQuery tells whether a part of the query would silently be left out.
func badQuery(r *http.Request) bool {
	_, err := url.ParseQuery(r.URL.RawQuery)
	return err != nil
}

// foreign tells whether another site's page asks for something other than to
// be taken here by a link.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// ordinary bounds how many requests are answered at a time, and how long one
// takes.
func (s *Server) ordinary(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), pageTime)
		defer cancel()
		if !take(ctx, s.busy) {
			s.tooBusy(w, r)
			return
		}
		defer func() { <-s.busy }()
		next(w, r.WithContext(ctx))
	})
}

func (s *Server) tooBusy(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "5")
	s.fail(w, r, &refusal{http.StatusServiceUnavailable, "Too much is being asked at once; try again in a moment."})
}

// take waits for a place.
func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// limited accepts no more than n connections at a time.
func limited(l net.Listener, n int) net.Listener {
	return &limitedListener{l, make(chan struct{}, n)}
}

type limitedListener struct {
	net.Listener
	places chan struct{}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	l.places <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { <-l.places })}, nil
}

type limitedConn struct {
	net.Conn
	leave func()
}

func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
