package metrics_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sweep/internal/devstack/stacktest"
	"sweep/storage/metrics"
	"sweep/storage/storagetest"
)

func TestMain(m *testing.M) {
	// A move of the random machine takes several round trips and they wait for
	// each other; -rapid.checks=1000 asks for more.
	if f := flag.Lookup("rapid.checks"); f != nil {
		_ = f.Value.Set("40")
	}
	os.Exit(stacktest.Main(m))
}

// database is a migrated database of this test's own. Its commits do not wait
// for the disk: what is cut here are connections, never Postgres itself.
func database(t testing.TB) string {
	t.Helper()
	url := stacktest.Start(t).Database(t)
	if strings.Contains(url, "?") {
		url += "&synchronous_commit=off"
	} else {
		url += "?synchronous_commit=off"
	}
	if err := metrics.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

func open(t testing.TB, url string) *metrics.Store {
	t.Helper()
	s, err := metrics.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func openStore(t testing.TB) *metrics.Store {
	t.Helper()
	return open(t, database(t))
}

// connect is a session of the database's owner, for what the store does not offer.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

// empty removes all rows, which is much faster than another database.
func empty(t testing.TB, c *pgx.Conn) {
	t.Helper()
	_, err := c.Exec(t.Context(), `TRUNCATE store.sweeps, store.experiments, store.trials, store.configs, store.plan, store.attempts,
		store.metric_names, store.points, store.rolled_back_points, store.checkpoints, store.rolled_back_checkpoints,
		store.artifacts, store.rolled_back_artifacts, store.telemetry, store.workers, store.notifications`)
	if err != nil {
		t.Fatal(err)
	}
}

func TestPostgresKeepsTheContract(t *testing.T) {
	url := database(t)
	owner := connect(t, url)
	storagetest.RunPoints(t, func(t *testing.T) storagetest.Points {
		empty(t, owner)
		return open(t, url)
	})
}

func TestPostgresKeepsTheNoticesContract(t *testing.T) {
	url := database(t)
	owner := connect(t, url)
	storagetest.RunNotices(t, func(t *testing.T) storagetest.Notices {
		empty(t, owner)
		return open(t, url)
	})
}
