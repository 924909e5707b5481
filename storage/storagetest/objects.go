package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"sweep/storage"
)

// Objects is the object store under test.
type Objects interface {
	Put(ctx context.Context, key string, data []byte, sha256, mediaType string) (etag string, err error)
	Get(ctx context.Context, key string, size int64, sha256 string) ([]byte, error)
	Verify(ctx context.Context, c storage.Checkpoint) (bool, error)
}

// RunObjects runs the suite. open returns an empty store, once for each test.
func RunObjects(t *testing.T, open func(t *testing.T) Objects) {
	for name, run := range objectTests {
		t.Run(name, func(t *testing.T) { run(t, open(t)) })
	}
}

var objectTests = map[string]func(t *testing.T, s Objects){
	"what was put is got": func(t *testing.T, s Objects) {
		for name, data := range map[string][]byte{"empty": {}, "one": {0}, "binary": pattern(70_000), "large": pattern(17 << 20)} {
			put(t, s, "trials/a/1/"+name, data)
			got, err := s.Get(t.Context(), "trials/a/1/"+name, int64(len(data)), Hash(string(data)))
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%s: %d bytes, error %v", name, len(got), err)
			}
		}
	},
	"the same bytes may be put again, with the same ETag": func(t *testing.T, s Objects) {
		first := put(t, s, "k", []byte("bytes"))
		if again := put(t, s, "k", []byte("bytes")); again != first || first == "" {
			t.Fatalf("ETags %q and %q", first, again)
		}
	},
	"other bytes under a taken key are a conflict and change nothing": func(t *testing.T, s Objects) {
		put(t, s, "k", []byte("bytes"))
		for _, other := range []string{"setyb", "longer bytes", ""} {
			if _, err := s.Put(t.Context(), "k", []byte(other), Hash(other), "m"); !errors.Is(err, storage.ErrConflict) {
				t.Fatalf("error %v, want %v", err, storage.ErrConflict)
			}
		}
		if _, err := s.Get(t.Context(), "k", 5, Hash("bytes")); err != nil {
			t.Fatal(err)
		}
	},
	"bytes that do not have their digest are refused": func(t *testing.T, s Objects) {
		if _, err := s.Put(t.Context(), "k", []byte("bytes"), Hash("other"), "m"); !errors.Is(err, storage.ErrInvalid) {
			t.Fatalf("error %v, want %v", err, storage.ErrInvalid)
		}
		if _, err := s.Get(t.Context(), "k", 5, Hash("bytes")); !errors.Is(err, storage.ErrNotFound) {
			t.Fatalf("error %v, want %v", err, storage.ErrNotFound)
		}
	},
	"what is missing or not what it should be is told apart": func(t *testing.T, s Objects) {
		put(t, s, "k", []byte("bytes"))
		for name, c := range map[string]struct {
			key  string
			size int64
			sum  string
			want error
		}{
			"missing":    {"nothing", 5, Hash("bytes"), storage.ErrNotFound},
			"shorter":    {"k", 4, Hash("byte"), storage.ErrCorrupt},
			"longer":     {"k", 6, Hash("bytes!"), storage.ErrCorrupt},
			"different":  {"k", 5, Hash("setyb"), storage.ErrCorrupt},
			"impossible": {"k", -1, Hash("bytes"), storage.ErrCorrupt},
			"enormous":   {"k", 1 << 60, Hash("bytes"), storage.ErrCorrupt},
		} {
			if _, err := s.Get(t.Context(), c.key, c.size, c.sum); !errors.Is(err, c.want) {
				t.Errorf("%s: error %v, want %v", name, err, c.want)
			}
			ok, err := s.Verify(t.Context(), storage.Checkpoint{Key: c.key, Size: c.size, SHA256: c.sum})
			if ok || err != nil {
				t.Errorf("%s: verified %v, error %v", name, ok, err)
			}
		}
		if ok, err := s.Verify(t.Context(), storage.Checkpoint{Key: "k", Size: 5, SHA256: Hash("bytes")}); !ok || err != nil {
			t.Errorf("verified %v, error %v", ok, err)
		}
	},
	"of many that write different bytes at once one wins": func(t *testing.T, s Objects) {
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				data := fmt.Sprintf("writer %02d", i)
				_, errs[i] = s.Put(t.Context(), "k", []byte(data), Hash(data), "m")
			})
		}
		wg.Wait()
		wins := 0
		for i, err := range errs {
			switch {
			case err == nil:
				wins++
				data := fmt.Sprintf("writer %02d", i)
				if _, err := s.Get(t.Context(), "k", int64(len(data)), Hash(data)); err != nil {
					t.Errorf("writer %d was told that it won: %v", i, err)
				}
			case !errors.Is(err, storage.ErrConflict):
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if wins != 1 {
			t.Fatalf("%d writers won, want 1", wins)
		}
	},
	"a cancelled context stops a put": func(t *testing.T, s Objects) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Put(ctx, "k", []byte("bytes"), Hash("bytes"), "m"); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want %v", err, context.Canceled)
		}
	},
}

func put(t *testing.T, s Objects, key string, data []byte) string {
	t.Helper()
	etag, err := s.Put(t.Context(), key, data, Hash(string(data)), "application/octet-stream")
	if err != nil {
		t.Fatal(err)
	}
	return etag
}

// pattern is n bytes without a short period.
func pattern(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i * i >> 7)
	}
	return out
}
