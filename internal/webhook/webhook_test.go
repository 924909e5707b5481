package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sweep/internal/webhook"
)

// secret and the signature below are the published example of Standard
// Webhooks' reference libraries.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func sender(url string) *webhook.Sender {
	return webhook.New([]string{"SWEEP_WEBHOOK_LAB_URL=" + url, "SWEEP_WEBHOOK_LAB_SECRET=" + secret}, webhook.Options{})
}

// receiver is a real server that keeps what it got.
type receiver struct {
	*httptest.Server
	header http.Header
	body   []byte
	calls  int
}

func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		r.calls++
		r.header = in.Header
		r.body, _ = io.ReadAll(in.Body)
		answer(w, in)
	}))
	t.Cleanup(r.Close)
	return r
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestAMessageIsSignedAsThePublishedExampleIs(t *testing.T) {
	r := newReceiver(t, status(204))
	body := []byte(`{"test": 2432232314}`)
	if err := sender(r.URL+"/hook?token=t0ken").Send(t.Context(), "lab", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), body); err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "Content-Type": "application/json",
	} {
		if got := r.header.Get(header); got != want {
			t.Errorf("%s: %q, expected %q", header, got, want)
		}
	}
	if string(r.body) != string(body) || r.calls != 1 {
		t.Errorf("received %q in %d calls", r.body, r.calls)
	}
}

// verify is a receiver's own check, written from the specification.
func verify(secret string, h http.Header, body []byte, now time.Time) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return fmt.Errorf("timestamp %q", h.Get("webhook-timestamp"))
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	for _, s := range strings.Fields(h.Get("webhook-signature")) {
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "v1,"))
		if err == nil && hmac.Equal(sum, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("no signature fits")
}

func TestAReceiverVerifiesAndSeesEveryChange(t *testing.T) {
	r := newReceiver(t, status(200))
	if err := sender(r.URL).Send(t.Context(), "lab", "msg_1", time.Now(), []byte(`{"event":"finished"}`)); err != nil {
		t.Fatal(err)
	}
	if err := verify(secret, r.header, r.body, time.Now()); err != nil {
		t.Error(err)
	}
	if verify(secret, r.header, append(r.body, ' '), time.Now()) == nil {
		t.Error("a changed body verifies")
	}
	if verify("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 24)), r.header, r.body, time.Now()) == nil {
		t.Error("another secret verifies")
	}
	r.header.Set("webhook-id", "msg_2")
	if verify(secret, r.header, r.body, time.Now()) == nil {
		t.Error("a changed id verifies")
	}
}

func TestWhatAReceiverAnswersDecides(t *testing.T) {
	for code, want := range map[int]string{
		200: "", 202: "", 204: "", 410: "wants no more", 400: "answered 400", 401: "answered 401", 404: "answered 404",
		429: "answered 429", 500: "answered 500", 503: "answered 503", 301: "redirects are not followed", 307: "redirects are not followed",
	} {
		elsewhere := newReceiver(t, status(200))
		r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(code)
		})
		err := sender(r.URL).Send(t.Context(), "lab", "msg_1", time.Now(), []byte("{}"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, expected %q", code, err, want)
		}
		if errors.Is(err, webhook.ErrGone) != (code == 410) {
			t.Errorf("%d: gone is told wrongly: %v", code, err)
		}
		if elsewhere.calls != 0 {
			t.Errorf("%d: the redirect was followed", code)
		}
	}
}

func TestTheAnswerIsBoundedInTimeAndSize(t *testing.T) {
	hang := make(chan struct{})
	silent := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-hang })
	trickle := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	var sent atomic.Int64
	flood := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		for sent.Load() < 1<<30 {
			n, err := w.Write(make([]byte, 1<<16))
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	})
	headers := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) })
	defer close(hang)
	for name, c := range map[string]struct{ url, want string }{
		"silent": {silent.URL, "did not answer in time"}, "trickle": {trickle.URL, ""}, "flood": {flood.URL, ""}, "headers": {headers.URL, "failed"},
	} {
		s := webhook.New([]string{"SWEEP_WEBHOOK_LAB_URL=" + c.url, "SWEEP_WEBHOOK_LAB_SECRET=" + secret}, webhook.Options{Timeout: 300 * time.Millisecond})
		began := time.Now()
		err := s.Send(t.Context(), "lab", "msg_1", time.Now(), []byte("{}"))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
	if sent.Load() >= 1<<30 {
		t.Error("the whole flood was read")
	}
}

func TestHTTPSIsVerified(t *testing.T) {
	s := httptest.NewUnstartedServer(status(200))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that is to fail
	s.StartTLS()
	defer s.Close()
	environ := []string{"SWEEP_WEBHOOK_LAB_URL=" + s.URL, "SWEEP_WEBHOOK_LAB_SECRET=" + secret}
	err := webhook.New(environ, webhook.Options{}).Send(t.Context(), "lab", "msg_1", time.Now(), []byte("{}"))
	if err == nil || !strings.Contains(err.Error(), "certificate is not trusted") {
		t.Errorf("an unknown certificate: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if err := webhook.New(environ, webhook.Options{Roots: roots}).Send(t.Context(), "lab", "msg_1", time.Now(), []byte("{}")); err != nil {
		t.Errorf("a known certificate: %v", err)
	}
}

func TestWhatTheEnvironmentMustSay(t *testing.T) {
	for _, c := range []struct{ url, secret, want string }{
		{"https://hooks.example.org/abc", secret, ""},
		{"https://10.1.2.3:8443/", secret, ""},
		{"http://127.0.0.1:8080/x", secret, ""},
		{"http://[::1]:8080/x", secret, ""},
		{"http://localhost:8080/x", secret, ""},
		{"http://hooks.example.org/", secret, "http is for this machine only"},
		{"http://localhost.example.org/", secret, "http is for this machine only"},
		{"http://10.1.2.3/", secret, "http is for this machine only"},
		{"https://169.254.169.254/latest/meta-data", secret, "refused"},
		{"https://[fe80::1]/", secret, "refused"},
		{"https://[fd00:ec2::254]/", secret, "refused"},
		{"https://[::ffff:169.254.169.254]/", secret, "refused"},
		{"https://0.0.0.0/", secret, "refused"},
		{"ftp://hooks.example.org/", secret, "expected an https address"},
		{"file:///etc/passwd", secret, "not an address"},
		{"hooks.example.org/s3cretpath", secret, "not an address"},
		{"https://bad host/s3cretpath", secret, "not an address"},
		{"", secret, "SWEEP_WEBHOOK_LAB_URL is not set"},
		{"https://hooks.example.org/", "", "SWEEP_WEBHOOK_LAB_SECRET is not set"},
		{"https://hooks.example.org/", "s3cretpath", "expected whsec_"},
		{"https://hooks.example.org/", "whsec_s3cretpath", "expected whsec_"},
		{"https://hooks.example.org/", "whsec_!s3cretpath", "expected whsec_"},
		{"https://hooks.example.org/", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)), "expected whsec_"},
	} {
		s := webhook.New([]string{"HOME=/", "SWEEP_WEBHOOK_LAB_URL=" + c.url, "SWEEP_WEBHOOK_LAB_SECRET=" + c.secret}, webhook.Options{})
		problems := strings.Join(s.Problems(), "\n")
		if names := len(s.Names()); (c.want == "") != (problems == "") || !strings.Contains(problems, c.want) || (names == 1) != (c.want == "") {
			t.Errorf("%q, %q: %q and %d names, expected %q", c.url, c.secret, problems, names, c.want)
		}
		if strings.Contains(problems, "s3cretpath") || strings.Contains(problems, "MfKQ9r8") || strings.Contains(problems, "\n") {
			t.Errorf("the problem tells a value: %q", problems)
		}
		if c.want != "" {
			if err := s.Send(t.Context(), "lab", "msg_1", time.Now(), nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q: sending says %v", c.url, err)
			}
		}
	}
}

func TestNamesAndVariablesStandForEachOther(t *testing.T) {
	s := webhook.New([]string{
		"SWEEP_WEBHOOK_LAB_SLACK_URL=https://a.example.org/", "SWEEP_WEBHOOK_LAB_SLACK_SECRET=" + secret,
		"SWEEP_WEBHOOK_2_URL=https://b.example.org/", "SWEEP_WEBHOOK_2_SECRET=" + secret,
	}, webhook.Options{})
	if got := strings.Join(s.Names(), " "); got != "2 lab-slack" || s.Problems() != nil {
		t.Errorf("%s, %v", got, s.Problems())
	}
	if u, v := webhook.Variables("lab-slack"); u != "SWEEP_WEBHOOK_LAB_SLACK_URL" || v != "SWEEP_WEBHOOK_LAB_SLACK_SECRET" {
		t.Errorf("%s, %s", u, v)
	}
	if none := webhook.New(nil, webhook.Options{}).Names(); none == nil || len(none) != 0 {
		t.Errorf("no webhooks are %v, expected an empty list", none)
	}
	err := s.Send(t.Context(), "ops", "msg_1", time.Now(), nil)
	if err == nil || !strings.Contains(err.Error(), "SWEEP_WEBHOOK_OPS_URL") || strings.Contains(err.Error(), "example.org") {
		t.Errorf("an unknown webhook: %v", err)
	}
}

func TestOnlyReceiversAddressesAreConnectedTo(t *testing.T) {
	for text, ok := range map[string]bool{
		"93.184.216.34": true, "10.0.0.7": true, "127.0.0.1": true, "::1": true, "2606:4700::1111": true, "64:ff9b::5db8:d822": true,
		"169.254.169.254": false, "169.254.1.1": false, "fe80::1%eth0": false, "::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false,
		"2002:a9fe:a9fe::1": false, "fd00:ec2::254": false, "100.100.100.200": false, "168.63.129.16": false, "224.0.0.1": false,
		"ff02::1": false, "0.0.0.0": false, "::": false, "255.255.255.255": false,
	} {
		if err := webhook.Permitted(netip.MustParseAddr(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	for address, onlyLocal := range map[string]bool{"169.254.169.254:80": false, "[fe80::1]:443": false, "10.0.0.7:80": true, "[2606:4700::1111]:80": true} {
		if _, err := webhook.Dialer(onlyLocal)(t.Context(), "tcp", address); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("connecting to %s (this machine only: %v): %v", address, onlyLocal, err)
		}
	}
}

// TestNoErrorTellsWhereOrWithWhat tries every way to fail with an address and a
// secret that must not be seen again.
func TestNoErrorTellsWhereOrWithWhat(t *testing.T) {
	refused := httptest.NewServer(status(200))
	refused.Close()
	cut := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	chatty := newReceiver(t, func(w http.ResponseWriter, in *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example.org/t0ken")
		w.WriteHeader(307)
		fmt.Fprint(w, in.URL, secret)
	})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx       context.Context
		url, want string
	}{
		{t.Context(), refused.URL, "refused the connection"}, {t.Context(), cut.URL, "failed"}, {t.Context(), chatty.URL, "307"},
		{cancelled, chatty.URL, "canceled"}, {t.Context(), "https://t0ken.invalid", "cannot be resolved"},
	} {
		err := sender(c.url+"/t0ken/x?k=t0ken").Send(c.ctx, "lab", "msg_1", time.Now(), []byte("{}"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", c.url, err, c.want)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, word := range []string{"t0ken", "MfKQ9r8", "127.0.0.1", "example.org", "invalid"} {
				if strings.Contains(fmt.Sprintf("%+v", e), word) {
					t.Errorf("%s: the error tells %s: %+v", c.url, word, e)
				}
			}
		}
	}
}

func TestTheProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy := newReceiver(t, status(200))
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	s := webhook.New(append(os.Environ(), "SWEEP_WEBHOOK_LAB_URL=https://t0ken.invalid/", "SWEEP_WEBHOOK_LAB_SECRET="+secret), webhook.Options{})
	if err := s.Send(t.Context(), "lab", "msg_1", time.Now(), []byte("{}")); err == nil || proxy.calls != 0 {
		t.Errorf("%v, the proxy was asked %d times", err, proxy.calls)
	}
}
