package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// cookieName holds the session of a browser that has shown the token.
const cookieName = "sweep_session"

// sessionOf derives what the cookie holds, so that the token itself is sent
// once. It holds as long as the token does.
func sessionOf(token string) string {
	if token == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("sweep web session"))
	return hex.EncodeToString(mac.Sum(nil))
}

// same compares in a time that does not depend on where two texts differ, nor
// on their lengths.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// authorize asks for the token, as a bearer's or by way of the cookie. Files of
// the page itself and the login are open to all.
func (s *Server) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Token == "" || r.URL.Path == "/login" || strings.HasPrefix(r.URL.Path, "/static/") || s.shown(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="sweep"`)
		if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			http.Redirect(w, r, "/login?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
			return
		}
		s.fail(w, r, &refusal{http.StatusUnauthorized, "Show the token: log in, or send it as a bearer token."})
	})
}

func (s *Server) shown(r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return same(strings.TrimSpace(bearer), s.Token)
	}
	c, err := r.Cookie(cookieName)
	return err == nil && same(c.Value, s.session)
}

// loginView is the login page.
type loginView struct {
	To    string
	Wrong bool
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) {
	if s.Token == "" || s.shown(r) {
		http.Redirect(w, r, ownPath(r.FormValue("to")), http.StatusSeeOther)
		return
	}
	s.render(w, r, http.StatusOK, "login", "Log in", loginView{To: ownPath(r.FormValue("to"))})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if s.Token == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, badForm(err))
		return
	}
	to := ownPath(r.PostForm.Get("to"))
	if !same(strings.TrimSpace(r.PostForm.Get("token")), s.Token) {
		time.Sleep(300 * time.Millisecond) // guessing is slow, on top of being hopeless
		s.render(w, r, http.StatusUnauthorized, "login", "Log in", loginView{To: to, Wrong: true})
		return
	}
	http.SetCookie(w, s.cookie(r, s.session, 30*24*3600))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.cookie(r, "", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s *Server) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil}
}

// ownPath keeps a redirect on this site: a path that begins with one slash.
func ownPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
