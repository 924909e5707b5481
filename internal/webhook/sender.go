package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// Bounds of one message.
const (
	DefaultTimeout = 15 * time.Second
	maxBody        = 64 << 10 // what is sent
	maxAnswer      = 64 << 10 // what is read of the answer, and of its headers
)

// Options choose what only tests change. The zero value is for use.
type Options struct {
	Timeout time.Duration  // of one message, DefaultTimeout where 0
	Roots   *x509.CertPool // the system's where nil
}

// Sender posts to the webhooks that it knows. It is safe for concurrent use.
type Sender struct {
	targets map[string]target
	broken  map[string]error
	timeout time.Duration
	far     *http.Client // https
	near    *http.Client // http, this machine only
}

// New reads the webhooks from an environment ("NAME=value", as os.Environ).
// One that cannot be used is no error here: Problems tells, and so does Send.
func New(environ []string, o Options) *Sender {
	s := &Sender{timeout: o.Timeout, far: client(false, o.Roots), near: client(true, nil)}
	if s.timeout <= 0 {
		s.timeout = DefaultTimeout
	}
	s.targets, s.broken = fromEnviron(environ)
	return s
}

// client follows no redirect, uses no proxy (which would choose the address)
// and keeps no connection.
func client(onlyLocal bool, roots *x509.CertPool) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer(onlyLocal), DisableKeepAlives: true, MaxResponseHeaderBytes: maxAnswer,
			TLSHandshakeTimeout: 10 * time.Second,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		},
	}
}

// Names lists the webhooks that can be sent to, sorted; never nil.
func (s *Sender) Names() []string { return sorted(s.targets) }

// Problems says in a line each what is wrong with the webhooks that the
// environment speaks of and that cannot be used.
func (s *Sender) Problems() []string {
	var lines []string
	for _, name := range sorted(s.broken) {
		lines = append(lines, fmt.Sprintf("webhook %s: %v", name, s.broken[name]))
	}
	return lines
}

// ErrGone: the receiver wants no more messages (it answered 410). It is final:
// sending again cannot succeed.
var ErrGone error = gone{}

type gone struct{}

func (gone) Error() string { return "the receiver answered 410: it wants no more" }

// Final says that there is no use in trying again.
func (gone) Final() bool { return true }

// Send posts a JSON body under an id, signed at the given time; the receiver
// tells repetitions by the id. Any answer of 2xx is success. The error is one
// line that says what happened and neither where nor with what secret.
func (s *Sender) Send(ctx context.Context, name, id string, at time.Time, body []byte) error {
	t, ok := s.targets[name]
	if !ok {
		return s.unknown(name)
	}
	if len(body) > maxBody {
		return fmt.Errorf("webhook %s: a message of %d bytes, at most %d are sent", name, len(body), maxBody)
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := s.post(ctx, t, id, at, body); err != nil {
		return fmt.Errorf("webhook %s: %w", name, err)
	}
	return nil
}

func (s *Sender) unknown(name string) error {
	if err := s.broken[name]; err != nil {
		return fmt.Errorf("webhook %s: %w", name, err)
	}
	urlVariable, secretVariable := Variables(name)
	return fmt.Errorf("webhook %s: the worker does not have it (set %s and %s where it starts)", name, urlVariable, secretVariable)
}

func (s *Sender) post(ctx context.Context, t target, id string, at time.Time, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be used")
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "sweep-webhook/1")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", stamp)
	r.Header.Set("webhook-signature", sign(t.secret, id, stamp, body))
	c := s.far
	if t.url.Scheme == "http" {
		c = s.near
	}
	answer, err := c.Do(r)
	if err != nil {
		return plain(ctx, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	return judge(answer.StatusCode)
}

// sign is "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body".
func sign(secret []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(mac, id+"."+stamp+".")
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func judge(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return ErrGone
	case status >= 300 && status < 400:
		return fmt.Errorf("the receiver answered %d: redirects are not followed", status)
	}
	return fmt.Errorf("the receiver answered %d", status)
}

// plain says what went wrong in words of our own: the library's name the
// address, which may be a secret.
func plain(ctx context.Context, err error) error {
	var name *net.DNSError
	var unverified *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, errAddress):
		return errAddress
	case errors.Is(err, errNotLocal):
		return errNotLocal
	case ctx.Err() == nil && errors.As(err, &name):
		return errors.New("the receiver's name cannot be resolved")
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("the receiver did not answer in time")
	case ctx.Err() != nil:
		return context.Canceled
	case errors.As(err, &unverified):
		return errors.New("the receiver's certificate is not trusted")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the receiver refused the connection")
	}
	return errors.New("the connection to the receiver failed")
}
