package metrics_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sweep/internal/devstack/stacktest"
	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/migrations"
	"sweep/storage/storagetest"
)

// altered changes a database URL.
func altered(t *testing.T, database string, change func(u *url.URL)) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestMistakesAreOneLineWithoutThePassword(t *testing.T) {
	const secret = "S3CR3T-that-nobody-may-see"
	good := database(t)
	withSecret := func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), secret) }
	for name, c := range map[string]struct{ url, want string }{
		"wrong password":      {altered(t, good, withSecret), "check the password in DATABASE_URL"},
		"no such database":    {altered(t, good, func(u *url.URL) { u.Path = "/nobody" }), `has no database "nobody"`},
		"no such user":        {altered(t, good, func(u *url.URL) { u.User = url.UserPassword("nobody", secret) }), `refused user "nobody"`},
		"nothing there":       {"postgres://u:" + secret + "@127.0.0.1:1/db", "nothing answers at 127.0.0.1:1"},
		"no such host":        {"postgres://u:" + secret + "@no-such-host.invalid/db", "cannot reach Postgres at no-such-host.invalid:5432"},
		"not a URL":           {"postgres://u:" + secret + "@[", "DATABASE_URL is not a Postgres URL"},
		"a port not a number": {"postgres://u:" + secret + "@host:port/db", "DATABASE_URL is not a Postgres URL"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, openErr := metrics.Open(ctx, c.url)
			for _, err := range []error{openErr, metrics.Migrate(ctx, c.url)} {
				if err == nil {
					t.Fatal("no error")
				}
				if line := err.Error(); !strings.Contains(line, c.want) || strings.Contains(line, "\n") || strings.Contains(line, secret) {
					t.Errorf("error %q, want one line with %q and without the password", line, c.want)
				}
			}
		})
	}
}

func TestASchemaThatDoesNotFitIsRefusedWithItsRemedy(t *testing.T) {
	bare := stacktest.Start(t).Database(t)
	if _, err := metrics.Open(t.Context(), bare); !errors.Is(err, storage.ErrSchema) || !strings.Contains(err.Error(), "sweep migrate") {
		t.Fatalf("an empty database: error %v", err)
	}
	if err := metrics.Migrate(t.Context(), bare); err != nil {
		t.Fatal(err)
	}
	owner := connect(t, bare)
	for change, want := range map[string]string{
		`INSERT INTO store.schema_version (version_id, is_applied) VALUES (9999, true)`: "use a newer sweep",
		`DELETE FROM store.schema_version WHERE version_id > 1`:                         "sweep migrate",
	} {
		tx, err := owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err = tx.Exec(t.Context(), change); err == nil {
			err = tx.Commit(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := metrics.Open(t.Context(), bare); !errors.Is(err, storage.ErrSchema) || !strings.Contains(err.Error(), want) {
			t.Errorf("after %s: error %v, want %q", change, err, want)
		}
		if _, err := owner.Exec(t.Context(), `DELETE FROM store.schema_version WHERE version_id = 9999`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheVersionIsTheNewestFiles(t *testing.T) {
	files, err := migrations.Files.ReadDir(".")
	if err != nil || len(files) != migrations.Version {
		t.Fatalf("%d files, version %d, error %v", len(files), migrations.Version, err)
	}
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	bare := stacktest.Start(t).Database(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() { errs[i] = metrics.Migrate(t.Context(), bare) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	open(t, bare)
}

// A server that says its disk is full: the write fails in one line, nothing of
// it stands, and once there is room the same call succeeds.
func TestAFullDiskIsOneLineAndPasses(t *testing.T) {
	url := database(t)
	s, owner := open(t, url), connect(t, url)
	c := &crashed{T: t, Store: s, faults: &faults{}, ctx: t.Context()}
	hash, workflow := c.trial("a")
	k := storagetest.CommitOf(hash, c.claimed(hash, workflow).Fence, 10, storagetest.Span("loss", 0, 10))
	_, err := owner.Exec(t.Context(), `
		CREATE FUNCTION store.full() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100'; END $$;
		CREATE TRIGGER full_disk BEFORE INSERT ON store.checkpoints EXECUTE FUNCTION store.full();`)
	c.must(err)
	_, err = s.Commit(t.Context(), k)
	if err == nil || !strings.Contains(err.Error(), "out of disk space") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("error %v", err)
	}
	if got, err := s.Series(t.Context(), hash, "loss", 0, 10, 0); err != nil || len(got.Steps) != 0 {
		t.Fatalf("%d points stand of a commit that failed, error %v", len(got.Steps), err)
	}
	_, err = owner.Exec(t.Context(), `DROP TRIGGER full_disk ON store.checkpoints`)
	c.must(err)
	c.committed(k)
}
