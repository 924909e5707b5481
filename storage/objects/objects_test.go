package objects_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"sweep/internal/devstack/stacktest"
	"sweep/storage/objects"
	"sweep/storage/storagetest"
)

func TestMain(m *testing.M) { os.Exit(stacktest.Main(m)) }

func config(s stacktest.Store, bucket string) objects.Config {
	return objects.Config{Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Bucket: bucket}
}

// local is the local stack's S3 store.
func local(t testing.TB) stacktest.Store {
	t.Helper()
	s := stacktest.Start(t)
	return stacktest.Store{Endpoint: s.S3Endpoint, AccessKey: s.S3AccessKey, SecretKey: s.S3SecretKey}
}

func open(t testing.TB, c objects.Config) *objects.Store {
	t.Helper()
	s, err := objects.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func bucketName(t testing.TB) string {
	return "b" + storagetest.Hash(t.Name() + time.Now().String())[:12]
}

func TestLocalStoreKeepsTheContract(t *testing.T) {
	s := local(t)
	storagetest.RunObjects(t, func(t *testing.T) storagetest.Objects { return open(t, config(s, bucketName(t))) })
}

func TestMinIOKeepsTheContract(t *testing.T) {
	s := stacktest.StartMinIO(t)
	storagetest.RunObjects(t, func(t *testing.T) storagetest.Objects { return open(t, config(s.Store, bucketName(t))) })
}

func TestListWalksAPrefix(t *testing.T) {
	s := open(t, config(local(t), bucketName(t)))
	for _, key := range []string{"trials/a/1/x", "trials/a/2/y", "trials/b/1/z", "sweeps/s/r"} {
		if _, err := s.Put(t.Context(), key, []byte(key), storagetest.Hash(key), "text/plain"); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for o, err := range s.List(t.Context(), "trials/a/") {
		if err != nil {
			t.Fatal(err)
		}
		if o.Size != int64(len(o.Key)) || o.ETag == "" || time.Since(o.Modified) > time.Hour {
			t.Errorf("object %+v", o)
		}
		got = append(got, o.Key)
	}
	if strings.Join(got, " ") != "trials/a/1/x trials/a/2/y" {
		t.Fatalf("listed %v", got)
	}
}

func TestOpenTwiceFindsTheBucket(t *testing.T) {
	c := config(local(t), bucketName(t))
	open(t, c)
	open(t, c)
}

func TestMistakesAreOneLineWithoutTheSecret(t *testing.T) {
	s := local(t)
	const secret = "S3CR3T-that-nobody-may-see"
	for name, c := range map[string]struct {
		cfg  objects.Config
		want string
	}{
		"wrong secret":   {objects.Config{Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: secret, Bucket: "bucket"}, "refused the credentials"},
		"wrong key":      {objects.Config{Endpoint: s.Endpoint, AccessKey: "nobody", SecretKey: secret, Bucket: "bucket"}, "refused the credentials"},
		"nothing there":  {objects.Config{Endpoint: "http://127.0.0.1:1", AccessKey: "k", SecretKey: secret, Bucket: "bucket"}, "refused"},
		"not a URL":      {objects.Config{Endpoint: "somewhere", AccessKey: "k", SecretKey: secret, Bucket: "bucket"}, "not a URL"},
		"no bucket name": {objects.Config{Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: secret}, "no name"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := objects.Open(ctx, c.cfg)
			if err == nil {
				t.Fatal("no error")
			}
			if line := err.Error(); !strings.Contains(line, c.want) || strings.Contains(line, "\n") || strings.Contains(line, secret) {
				t.Fatalf("error %q, want one line with %q and without the secret", line, c.want)
			}
		})
	}
}
