package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestHostileNamesAreTextEverywhere reads every page, and every live part, of a
// sweep whose names are made to break out of their place.
func TestHostileNamesAreTextEverywhere(t *testing.T) {
	s := newWorld(t).serves(nil)
	name := url.PathEscape(hostile)
	for _, path := range []string{
		"/", "/sweeps/" + name, "/sweeps/" + name + "/" + name, "/trials/" + s.trial, "/compare/" + name,
		"/sweeps/" + name + "/" + name + "?metric=" + url.QueryEscape(hostile) + "&cell=" + url.QueryEscape(hostile),
		"/trials/" + s.trial + "?metric=" + url.QueryEscape("<script>m</script>") + "&picture=" + url.QueryEscape(hostile),
	} {
		a := s.gets(path)
		if a.StatusCode != http.StatusOK {
			t.Errorf("%.60s: %s\n%.500s", path, a.Status, a.body)
		}
		for _, bad := range foreignMarkup(t, a.body) {
			t.Errorf("%.60s holds %s", path, bad)
		}
		if path != "/" && !strings.Contains(a.body, "&lt;script&gt;") {
			t.Errorf("%.60s does not show the name", path)
		}
		if event := firstEvent(s, "/live"+path); strings.Contains(event, "<script") || strings.Contains(event, "<img src=x") {
			t.Errorf("the stream of %.60s holds markup: %.300s", path, event)
		}
	}
}

// foreignMarkup finds elements and attributes that only a name could have
// brought: scripts with a body, images that are not the page's, handlers,
// styles, and links that run something.
func foreignMarkup(t *testing.T, page string) (found []string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		k := z.Token()
		if k.Type != html.StartTagToken && k.Type != html.SelfClosingTagToken {
			continue
		}
		src := ""
		for _, a := range k.Attr {
			if a.Key == "src" {
				src = a.Val
			}
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "src" || a.Key == "action") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "?") {
				found = append(found, "<"+k.Data+" "+a.Key+"="+a.Val+">")
			}
		}
		if k.Data == "script" && !strings.HasPrefix(src, "/static/") || k.Data == "img" && !strings.HasPrefix(src, "/trials/") || k.Data == "b" || k.Data == "iframe" {
			found = append(found, k.String())
		}
	}
	if err := z.Err(); err != io.EOF {
		t.Errorf("read the page: %v", err)
	}
	return found
}

func TestFilesAreServedAsWhatTheyAreNeverAsWhatTheySay(t *testing.T) {
	s := newWorld(t).serves(nil)
	trial := "/trials/" + s.trial
	t.Run("a page among the files is bytes to save", func(t *testing.T) {
		a := s.gets(trial + "/artifacts/page/4")
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s %s %s", a.Status, a.Header.Get("Content-Type"), a.Header.Get("Content-Disposition"))
		}
	})
	t.Run("what calls itself a picture and is none is not shown", func(t *testing.T) {
		if a := s.gets(trial + "/pictures/picture/4"); a.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s", a.Status)
		}
		if a := s.gets(trial + "/pictures/page/4"); a.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s", a.Status)
		}
	})
	t.Run("points are drawn", func(t *testing.T) {
		a := s.gets(trial + "/pictures/samples/4")
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.body, "\x89PNG") {
			t.Fatalf("%s %s", a.Status, a.Header.Get("Content-Type"))
		}
		if again := s.gets(trial+"/pictures/samples/4", "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("asked again: %s", again.Status)
		}
	})
	t.Run("generated pictures and walks are drawn, other arrays are not", func(t *testing.T) {
		for name, want := range map[string]int{"faces": 200, "walks": 200, "vector": http.StatusUnsupportedMediaType} {
			if a := s.gets(trial + "/pictures/" + name + "/4"); a.StatusCode != want {
				t.Errorf("%s: %s", name, a.Status)
			}
		}
	})
	t.Run("a stored report can run nothing", func(t *testing.T) {
		a := s.gets("/reports/" + url.PathEscape(hostile))
		if p := a.Header.Get("Content-Security-Policy"); a.StatusCode != 200 || !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "sandbox") || strings.Contains(p, "script-src") {
			t.Errorf("%s, policy %s", a.Status, p)
		}
	})
	t.Run("no path leads out", func(t *testing.T) {
		for _, path := range []string{"/static/..%2fdoc.go", "/static/../doc.go", "/static/%2e%2e/%2e%2e/go.mod", "/static/vendor", "/static/", "/trials/" + s.trial + "/artifacts/..%2f..%2freport/4",
			trial + "/artifacts/samples/-4", trial + "/artifacts/samples/4%00", trial + "/artifacts/samples/x", "/trials/..%2f..%2freport", "/trials/A1", "/reports/..%2f" + s.trial, "/reports/none", "//example.org/", "/sweeps/none"} {
			if a := s.gets(path); a.StatusCode != 404 && a.StatusCode != 400 && a.StatusCode/100 != 3 {
				t.Errorf("%s: %s %.100s", path, a.Status, a.body)
			} else if to := a.Header.Get("Location"); strings.Contains(to, "example.org") && !strings.HasPrefix(to, "/example.org") {
				t.Errorf("%s leads to %s", path, to)
			}
		}
	})
}

func TestOversizedAndMalformedParametersAreRefused(t *testing.T) {
	s := newWorld(t).serves(nil)
	experiment := "/sweeps/" + url.PathEscape(hostile) + "/" + url.PathEscape(hostile)
	for path, want := range map[string]int{
		"/?x=" + strings.Repeat("x", 5000):                      http.StatusRequestURITooLong,
		experiment + "?metric=" + strings.Repeat("m", 400):      400,
		experiment + "?state=dead":                              400,
		experiment + "?sort=id;drop":                            400,
		experiment + "?desc=yes":                                400,
		experiment + "?from=-1":                                 400,
		experiment + "?from=99999999999999999999":               400,
		experiment + "?after=!!!":                               400,
		experiment + "?after=" + strings.Repeat("e30", 600):     400,
		experiment + "?after=eyJrIjoiJyBvciAxPTEifQ":            400, // {"k":"' or 1=1"}
		experiment + "?metric=%ff%fe":                           400,
		experiment + "?metric=a%00b":                            400,
		"/trials/" + s.trial + "&metric=a":                      404,
		"/trials/" + s.trial + "?step=1e9":                      400,
		"/trials/" + s.trial + "?" + manyMetrics(7):             400,
		"/compare/" + url.PathEscape(hostile) + "?at=never":     400,
		"/compare/" + url.PathEscape(hostile) + "?metric=other": 404,
		"/compare/" + url.PathEscape(hostile) + "?by=other":     404,
		"/sweeps/" + strings.Repeat("s", 400):                   400,
		"/live" + experiment + "?state=dead":                    400,
	} {
		if a := s.gets(path); a.StatusCode != want {
			t.Errorf("%.90s: %s, expected %d", path, a.Status, want)
		}
	}
	if a := s.asks(http.MethodPost, "/sql", "query="+strings.Repeat("x", 70_000)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 70 kB: %s", a.Status)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, "TRACE"} {
		if a := s.asks(method, "/", ""); a.StatusCode < 400 {
			t.Errorf("%s: %s", method, a.Status)
		}
	}
}

func manyMetrics(n int) string {
	v := url.Values{}
	for i := range n {
		v.Add("metric", strings.Repeat("m", i+1))
	}
	return v.Encode()
}

func TestSQLReadsAndNothingElse(t *testing.T) {
	s := newWorld(t).serves(nil)
	ask := func(query, as string) answer {
		return s.asks(http.MethodPost, "/sql", url.Values{"query": {query}, "as": {as}}.Encode())
	}
	if a := ask("select sweep, trial_id from trials", ""); a.StatusCode != 200 || !strings.Contains(a.body, s.trial) || len(foreignMarkup(t, a.body)) > 0 {
		t.Errorf("%s %.300s", a.Status, a.body)
	}
	a := ask("select sweep, trial_id from trials", "csv")
	if a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") ||
		a.body != "sweep,trial_id\n\""+strings.ReplaceAll(hostile, `"`, `""`)+"\","+s.trial+"\n" {
		t.Errorf("as CSV: %s %q", a.Header, a.body)
	}
	for _, query := range []string{"delete from trials", "select 1; select 2", "select * from store.sweeps", "select set_config('role','none',false)",
		"copy trials to program 'id'", "do $$begin end$$", "", "select pg_read_file('/etc/passwd')"} {
		if a := ask(query, ""); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, `role="alert"`) {
			t.Errorf("%q: %s", query, a.Status)
		}
	}
	if a := s.gets("/sql?query=select+1"); strings.Contains(a.body, "1 row") {
		t.Error("a link made the database work")
	}
}
