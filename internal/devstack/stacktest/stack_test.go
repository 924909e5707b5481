package stacktest_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"sweep/internal/devstack"
	"sweep/internal/devstack/stacktest"
)

func TestMain(m *testing.M) { os.Exit(stacktest.Main(m)) }

func TestIsolatedConnectionsShareNothing(t *testing.T) {
	s := stacktest.Start(t)
	began := time.Now()
	a, b := s.Isolated(t), s.Isolated(t)
	t.Logf("two isolated connections took %s", time.Since(began).Round(time.Millisecond))
	if a.DatabaseURL == b.DatabaseURL || a.TemporalNamespace == b.TemporalNamespace || a.S3Bucket == b.S3Bucket {
		t.Fatalf("shared: %s %s %s", a.TemporalNamespace, a.S3Bucket, b.S3Bucket)
	}
	query(t, s.Home, a.DatabaseURL, "create table mine(x int)")
	if got := query(t, s.Home, b.DatabaseURL, "select count(*) from pg_tables where tablename = 'mine'"); got != "0" {
		t.Errorf("the other database has %s tables of this one", got)
	}
}

func TestAWorkflowCanBeStartedInANewNamespaceAtOnce(t *testing.T) {
	c := stacktest.Start(t).Isolated(t)
	temporal, err := client.Dial(client.Options{HostPort: c.TemporalAddress, Namespace: c.TemporalNamespace})
	if err != nil {
		t.Fatal(err)
	}
	defer temporal.Close()
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "w", TaskQueue: "nobody"}, "none")
	if err != nil {
		t.Fatalf("ExecuteWorkflow: %v", err)
	}
	if err := temporal.TerminateWorkflow(t.Context(), run.GetID(), "", "end of test"); err != nil {
		t.Errorf("TerminateWorkflow: %v", err)
	}
}

func TestAPrivateStackIsGoneAfterItsTest(t *testing.T) {
	var home string
	t.Run("with a stack", func(t *testing.T) { home = stacktest.Private(t).Home })
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", home, err)
	}
}

func TestMinIOServesItsBucket(t *testing.T) {
	m := stacktest.StartMinIO(t)
	if !strings.HasPrefix(m.Endpoint, "http://127.0.0.1:") || m.Bucket == "" {
		t.Errorf("MinIO at %s with bucket %q", m.Endpoint, m.Bucket)
	}
}

func query(t *testing.T, home, database, sql string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	program, err := devstack.PostgresProgram(home, "psql")
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	c := exec.CommandContext(context.Background(), program, "-X", "-q", "-A", "-t", "-h", u.Hostname(), "-p", u.Port(),
		"-U", u.User.Username(), "-d", strings.TrimPrefix(u.Path, "/"), "-c", sql)
	c.Env = append(os.Environ(), "PGPASSWORD="+password)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}
