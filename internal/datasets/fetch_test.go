package datasets_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"sweep/internal/datasets"
	"sweep/training/tasks/mnist/data"
)

// mirror serves over https what answer says.
func mirror(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(answer)
	t.Cleanup(s.Close)
	return s
}

// client trusts the test's mirrors, which share a certificate.
func client(s *httptest.Server) *http.Client {
	c := s.Client()
	c.CheckRedirect = datasets.OnlyHTTPS
	return c
}

func ignore(data.File, string) {}

func TestWhatIsMissingIsFetchedFromTheFirstMirrorThatHasIt(t *testing.T) {
	set, from := published(t)
	var asked atomic.Int32
	good := mirror(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.StripPrefix("/some/folder", http.FileServer(http.Dir(from))).ServeHTTP(w, r)
	})
	bad := mirror(t, http.NotFound)
	f := datasets.Folder{Set: set, Dir: filepath.Join(t.TempDir(), "mnist")}
	if _, err := f.Import(filepath.Join(from, set.Files[1].Name+".gz")); err != nil {
		t.Fatal(err)
	}
	var got []string
	done := func(file data.File, host string) { got = append(got, file.Name+" "+host) }
	if err := f.Fetch(t.Context(), client(good), []string{bad.URL, good.URL + "/some/folder/"}, done); err != nil {
		t.Fatal(err)
	}
	if _, digest := f.Verify(); digest != set.Digest || len(got) != 3 || asked.Load() != 3 || listing(t, f.Dir) != all {
		t.Errorf("digest %s, fetched %q with %d requests, there is %q", digest, got, asked.Load(), listing(t, f.Dir))
	}
	if err := f.Fetch(t.Context(), client(good), []string{good.URL}, done); err != nil || asked.Load() != 3 {
		t.Errorf("a whole set is fetched again: %v", err)
	}
}

func TestAMirrorThatSendsSomethingElseIsNotBelieved(t *testing.T) {
	set, from := published(t)
	first := read(t, filepath.Join(from, set.Files[0].Name+".gz"))
	plainHTTP := httptest.NewServer(http.FileServer(http.Dir(from)))
	t.Cleanup(plainHTTP.Close)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"not there": {http.NotFound, "answers 404 Not Found"},
		"a page":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>log in</html>")) }, "sends another file (sha256 "},
		"flipped bit": {func(w http.ResponseWriter, _ *http.Request) {
			b := append([]byte{}, first...)
			b[50] ^= 1
			_, _ = w.Write(b)
		}, "sends another file (sha256 "},
		"without end": {func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 20 {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, "sends another file (sha256 "},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write(first[:100])
		}, "breaks off after 100 of "},
		"to plain http": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, plainHTTP.URL+r.URL.Path, http.StatusFound)
		},
			"cannot be reached (sends on to an address that is not https)"},
		"in circles": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "cannot be reached (sends on too often)"},
	} {
		s := mirror(t, c.answer)
		f := datasets.Folder{Set: set, Dir: filepath.Join(t.TempDir(), "mnist")}
		err := f.Fetch(t.Context(), client(s), []string{s.URL}, ignore)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || listing(t, f.Dir) != "" {
			t.Errorf("%s: %v, there is %q", name, err, listing(t, f.Dir))
			continue
		}
		if !strings.HasPrefix(err.Error(), "fetch train-images-idx3-ubyte: 127.0.0.1:") || !strings.HasSuffix(err.Error(), "run `sweep data import mnist DIR`") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyHTTPSIsSpoken(t *testing.T) {
	set, _ := published(t)
	for address, want := range map[string]string{
		"http://example.org/mnist":           "http://example.org/mnist is not an https address",
		"file:///etc":                        "file:///etc is not an https address",
		"example.org":                        "example.org is not an https address",
		"http://u:secret@example.org":        "http://u:xxxxx@example.org is not an https address",
		"https://u:secret@127.0.0.1:1/mnist": "fetch train-images-idx3-ubyte: 127.0.0.1:1 cannot be reached (dial tcp 127.0.0.1:1: connect: connection refused); get the files",
	} {
		err := datasets.Folder{Set: set, Dir: t.TempDir()}.Fetch(t.Context(), datasets.NewClient(), []string{address}, ignore)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAnInterruptedFetchSaysSo(t *testing.T) {
	set, _ := published(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := mirror(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	err := datasets.Folder{Set: set, Dir: t.TempDir()}.Fetch(ctx, client(s), []string{s.URL}, ignore)
	if err == nil || !strings.HasPrefix(err.Error(), "fetch train-images-idx3-ubyte: interrupted") {
		t.Errorf("got %v", err)
	}
}
