package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sweep/report/web"
)

func TestEveryAnswerCarriesTheStrictHeaders(t *testing.T) {
	s := newWorld(t).serves(nil)
	for _, path := range []string{"/", "/sql", "/nothing", "/static/nothing", "/trials/" + s.trial, "/trials/" + s.trial + "/pictures/samples/4"} {
		h := s.gets(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
				"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

func TestOnlyNamesOfThisMachineReachThePage(t *testing.T) {
	w := newWorld(t)
	loopback := w.serves(nil)
	named := w.serves(func(c *web.Config) {
		c.Hosts, c.AnyIP, c.Token = []string{"gpubox.example.org"}, true, strings.Repeat("t", 32)
	})
	for _, c := range []struct {
		site *site
		host string
		in   bool
	}{
		{loopback, "localhost", true}, {loopback, "LOCALHOST:9999", true}, {loopback, "127.0.0.1:1", true}, {loopback, "127.8.9.1", true}, {loopback, "[::1]:80", true}, {loopback, "localhost.", true},
		{loopback, "evil.example", false}, {loopback, "localhost.evil.example", false}, {loopback, "10.0.0.1", false}, {loopback, "127.0.0.1.evil.example", false}, {loopback, "gpubox.example.org", false},
		{named, "gpubox.example.org:8733", true}, {named, "10.0.0.1:8733", true}, {named, "evil.example", false}, {named, "evil.gpubox.example.org", false},
	} {
		got := c.site.gets("/sql", "Host", c.host).StatusCode
		if in := got != http.StatusMisdirectedRequest; in != c.in {
			t.Errorf("Host %s: %d", c.host, got)
		}
	}
}

func TestRequestsFromOtherSitesAreRefused(t *testing.T) {
	s := newWorld(t).serves(nil)
	form := url.Values{"query": {"select 1"}}.Encode()
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"a form here":                       {"POST", "/sql", []string{"Origin", s.url, "Sec-Fetch-Site", "same-origin"}, 200},
		"a program without a browser":       {"POST", "/sql", nil, 200},
		"a form elsewhere":                  {"POST", "/sql", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403},
		"a form elsewhere, an old browser":  {"POST", "/sql", []string{"Origin", "https://evil.example"}, 403},
		"a form in a sandbox":               {"POST", "/sql", []string{"Origin", "null"}, 403},
		"logging somebody in":               {"POST", "/login", []string{"Origin", "https://evil.example"}, 403},
		"logging somebody out":              {"POST", "/logout", []string{"Origin", "https://evil.example"}, 403},
		"a link elsewhere":                  {"GET", "/sql", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200},
		"a picture embedded elsewhere":      {"GET", "/trials/" + s.trial + "/pictures/samples/4", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		"a stream read elsewhere":           {"GET", "/live/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, 403},
		"another port of the same computer": {"GET", "/", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"}, 403},
	} {
		body := ""
		if c.method == "POST" {
			body = form
		}
		if a := s.asks(c.method, c.path, body, c.headers...); a.StatusCode != c.want {
			t.Errorf("%s: %s, expected %d", name, a.Status, c.want)
		}
	}
}

func TestTheTokenOpensThePage(t *testing.T) {
	const token = "a token of some length"
	s := newWorld(t).serves(func(c *web.Config) { c.Token = token })
	login := func(token, to string) answer {
		return s.asks("POST", "/login", url.Values{"token": {token}, "to": {to}}.Encode(), "Origin", s.url)
	}
	for _, path := range []string{"/", "/sql", "/live/", "/trials/" + s.trial, "/trials/" + s.trial + "/artifacts/samples/4", "/nothing"} {
		if a := s.gets(path); a.StatusCode != http.StatusUnauthorized || strings.Contains(a.body, "script&gt;") {
			t.Errorf("%s without the token: %s", path, a.Status)
		}
		if a := s.gets(path, "Authorization", "Bearer "+token[1:]); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with a wrong token: %s", path, a.Status)
		}
	}
	if a := s.asks("POST", "/sql", "query=select+1", "Cookie", "sweep_session="+token); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the token itself as a cookie: %s", a.Status)
	}
	if a := s.gets("/", "Authorization", "Bearer "+token); a.StatusCode != 200 {
		t.Errorf("with the token: %s", a.Status)
	}
	if a := s.gets("/sql", "Accept", "text/html"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login?to=%2Fsql" {
		t.Errorf("a browser without the token: %s to %s", a.Status, a.Header.Get("Location"))
	}
	if a := login("wrong", "/"); a.StatusCode != http.StatusUnauthorized || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %s", a.Status)
	}
	a := login(token, "/sql")
	cookie := a.Header.Get("Set-Cookie")
	if a.Header.Get("Location") != "/sql" || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(cookie, token) {
		t.Fatalf("logging in: %s, cookie %s", a.Header.Get("Location"), cookie)
	}
	pair, _, _ := strings.Cut(cookie, ";")
	if a := s.gets("/", "Cookie", pair); a.StatusCode != 200 {
		t.Errorf("with the cookie: %s", a.Status)
	}
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "evil", "/\tx"} {
		if got := login(token, to).Header.Get("Location"); got != "/" {
			t.Errorf("after logging in %q leads to %q", to, got)
		}
	}
}

func TestAShortTokenIsRefused(t *testing.T) {
	if _, err := web.New(web.Config{Token: "short"}); err == nil {
		t.Error("a token of five characters was taken")
	}
}
