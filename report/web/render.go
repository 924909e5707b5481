package web

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sweep/report"
	"sweep/storage"
)

// frame is what every page has around its own view.
type frame struct {
	Title   string
	Page    string // template of the body
	Here    string // address of the page, for the navigation and logging in
	Live    string // address of its live stream, "" for none
	Locked  bool   // a token is in use
	Version string
	View    any
}

// templates reads the pages. html/template escapes all text by its place; no
// type of this package turns text into markup.
func (s *Server) templates() (*template.Template, error) {
	t := template.New("").Funcs(template.FuncMap{
		"asset": s.assets.url, "path": pathOf, "query": queryOf, "short": short, "num": number, "value": value,
		"percent": percent, "span": span, "ago": ago, "clock": clock, "stamp": stamp, "bytes": sizeOf, "count": count, "join": strings.Join,
		"add":          func(a, b int) int { return a + b },
		"sweepLink":    func(name string) string { return link(s.SweepLink, name) },
		"workflowLink": func(id string) string { return link(s.WorkflowLink, id) },
	})
	return t.ParseFS(files, "templates/*.html")
}

func link(f func(string) string, name string) string {
	if f == nil {
		return ""
	}
	return f(name)
}

// render writes a whole page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page, title string, view any) {
	s.renderLive(w, r, status, page, title, "", view)
}

func (s *Server) renderLive(w http.ResponseWriter, r *http.Request, status int, page, title, live string, view any) {
	body, err := s.part(page, view)
	if err != nil {
		http.Error(w, "this page could not be made", http.StatusInternalServerError)
		return
	}
	var b bytes.Buffer
	err = s.pages.ExecuteTemplate(&b, "frame", struct {
		frame
		Body template.HTML
	}{frame{Title: title, Page: page, Here: r.URL.Path, Live: live, Locked: s.Token != "" && page != "login", Version: s.Version, View: view}, template.HTML(body)}) // #nosec G203 -- made by html/template
	if err != nil {
		http.Error(w, "this page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes())
	}
}

// part runs one template.
func (s *Server) part(name string, view any) (string, error) {
	var b strings.Builder
	if err := s.pages.ExecuteTemplate(&b, name, view); err != nil {
		return "", fmt.Errorf("make the page %s: %w", name, err)
	}
	return b.String(), nil
}

// pathOf joins escaped segments: path "sweeps" .Name.
func pathOf(segments ...any) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(fmt.Sprint(s)))
	}
	return b.String()
}

// queryOf spells name and value pairs, those with an empty value left out.
func queryOf(pairs ...any) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if text := fmt.Sprint(pairs[i+1]); text != "" {
			v.Add(fmt.Sprint(pairs[i]), text)
		}
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func short(id string) string { return fmt.Sprintf("%.12s", id) }

// number writes an optional value, a dash for none.
func number(v *float64) string {
	if v == nil {
		return "–"
	}
	return report.Number(*v)
}

func value(v float64) string { return report.Number(v) }

func percent(done, total int64) string {
	if total <= 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", 100*done/total)
}

// span writes seconds as people say them.
func span(seconds float64) string {
	switch {
	case seconds < 0 || math.IsNaN(seconds) || seconds > 1e9:
		return "–"
	case seconds < 10:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 120:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	case seconds < 72*3600:
		return fmt.Sprintf("%.1f h", seconds/3600)
	}
	return fmt.Sprintf("%.1f days", seconds/86400)
}

func ago(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return span(max(0, time.Since(t).Seconds())) + " ago"
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// stamp is a time for the datetime attribute.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func sizeOf(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1e6:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// count spells a whole number of any type with its noun.
func count(n any, noun string) string {
	if text := fmt.Sprint(n); text != "1" {
		return text + " " + noun + "s"
	}
	return "1 " + noun
}

// left is the seconds until work ends at a pace; nil while that is unknown.
func left(steps int64, rate float64) *float64 {
	if rate <= 0 || steps <= 0 {
		return nil
	}
	s := float64(steps) / rate
	return &s
}

// sum adds counts up.
func sum(all ...storage.Counts) (c storage.Counts) {
	for _, o := range all {
		c.Pending += o.Pending
		c.Dispatched += o.Dispatched
		c.Running += o.Running
		c.Finished += o.Finished
		c.Diverged += o.Diverged
		c.Failed += o.Failed
		c.Cancelled += o.Cancelled
	}
	return c
}
