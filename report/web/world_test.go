package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sweep/internal/devstack/stacktest"
	"sweep/report/web"
	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/objects"
)

func TestMain(m *testing.M) { os.Exit(stacktest.Main(m)) }

// hostile is text that a careless page, query, path or header would obey.
const hostile = `"><script>alert(1)</script>'; drop table store.trials; -- ../../etc/passwd {{.}} %00 &amp; <img src=x onerror=alert(2)>`

// world is a site over real stores that hold one sweep whose every name is
// hostile.
type world struct {
	*testing.T
	store *metrics.Store
	blobs *objects.Store
	trial string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	stack := stacktest.Start(t)
	url := stack.Database(t)
	if err := metrics.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	store, err := metrics.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	blobs, err := objects.Open(t.Context(), objects.Config{Endpoint: stack.S3Endpoint, AccessKey: stack.S3AccessKey, SecretKey: stack.S3SecretKey, Bucket: stack.Bucket(t)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, store, blobs, strings.Repeat("a1", 32)}
	w.fill()
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fill makes the hostile sweep: one trial with points, pictures, a checkpoint
// pointer and a report.
func (w *world) fill() {
	w.Helper()
	ctx := w.Context()
	_, err := w.store.PutSweep(ctx, storage.Sweep{Name: hostile, File: hostile, Text: []byte(hostile)})
	w.must(err)
	row := storage.PlanRow{Experiment: hostile, Hash: w.trial, Config: []byte(`{"engine":2}`), Task: hostile, Seed: 7, Cell: hostile,
		CellValues: []byte(`{"k":"<b>"}`), Params: []byte(`{"<script>alert(3)</script>":"<script>alert(4)</script>"}`), Steps: 10, Queue: "q"}
	rows := iter.Seq2[storage.PlanRow, error](func(yield func(storage.PlanRow, error) bool) { yield(row, nil) })
	_, err = w.store.WritePlan(ctx, hostile, []storage.Experiment{{Sweep: hostile, Name: hostile, Task: hostile, Metric: "<script>m</script>", Goal: "maximize", Axes: []string{"k"}}}, rows)
	w.must(err)
	c, err := w.store.Claim(ctx, storage.ClaimRequest{Hash: w.trial, WorkflowID: "<script>w</script>", Worker: "<script>worker</script>", Numerics: "<b>", Lease: time.Hour}, nil)
	w.must(err)
	commit := storage.Commit{Hash: w.trial, Fence: c.Fence, Lease: time.Hour, Step: 4,
		Chunks: []storage.Chunk{{Metric: "<script>m</script>", Steps: []int64{0, 1, 2, 3, 4}, Values: []float64{1, math.NaN(), math.Inf(1), 1e300, 0.5}}}}
	for _, f := range []struct{ name, kind, data string }{
		{"samples", "application/x-npy", npy("50, 2", 50*2)},
		{"faces", "application/x-npy", npy("3, 4, 4, 3", 3*4*4*3)},
		{"walks", "application/x-npy", npy("2, 3, 4, 4", 2*3*4*4)},
		{"vector", "application/x-npy", npy("9,", 9)},
		{"page", "text/html", "<script>alert(5)</script>"},
		{"picture", "image/png", "<svg onload=alert(6)>"},
	} {
		sum := sha256.Sum256([]byte(f.data))
		digest := hex.EncodeToString(sum[:])
		key := storage.ArtifactKey(w.trial, c.Fence, 4, f.name, digest, ".bin")
		_, err := w.blobs.Put(ctx, key, []byte(f.data), digest, f.kind)
		w.must(err)
		commit.Artifacts = append(commit.Artifacts, storage.Artifact{Name: f.name, Step: 4, Key: key, MediaType: f.kind, Size: int64(len(f.data)), SHA256: digest})
	}
	_, err = w.store.Commit(ctx, commit)
	w.must(err)
	page := "<!DOCTYPE html><script>alert(7)</script>"
	sum := sha256.Sum256([]byte(page))
	digest := hex.EncodeToString(sum[:])
	_, err = w.blobs.Put(ctx, "report", []byte(page), digest, "text/html")
	w.must(err)
	w.must(w.store.PutReport(ctx, hostile, "report", int64(len(page)), digest))
}

// npy is an array of n float32 zeros as numpy.save writes it.
func npy(shape string, n int) string {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + strings.Repeat("\x00", 4*n)
}

// site is a server that really listens.
type site struct {
	*world
	url    string
	server *web.Server
}

// serves starts the site with a configuration of the test's own.
func (w *world) serves(change func(*web.Config)) *site {
	w.Helper()
	c := web.Config{Source: w.store, Blobs: w.blobs, Every: 50 * time.Millisecond}
	if change != nil {
		change(&c)
	}
	server, err := web.New(c)
	w.must(err)
	test := httptest.NewServer(server.Handler())
	w.Cleanup(test.Close)
	return &site{w, test.URL, server}
}

// answer is what came back, read to its end.
type answer struct {
	*http.Response
	body string
}

// gets asks with further headers, given as name and value in turn; redirects
// are not followed.
func (s *site) asks(method, path, body string, headers ...string) answer {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	s.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	s.must(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	s.must(err)
	return answer{got, string(text)}
}

func (s *site) gets(path string, headers ...string) answer {
	s.Helper()
	return s.asks(http.MethodGet, path, "", headers...)
}
