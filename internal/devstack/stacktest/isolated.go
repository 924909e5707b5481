package stacktest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"sweep/internal/devstack"
)

// Isolated is a connection to a database, a namespace and a bucket that only
// this test has.
func (s Stack) Isolated(t testing.TB) devstack.Connection {
	t.Helper()
	c := s.Connection
	c.DatabaseURL = s.Database(t)
	c.TemporalNamespace = s.Namespace(t)
	c.S3Bucket = s.Bucket(t)
	return c
}

func uniqueName() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails: the runtime aborts instead
	return "t" + hex.EncodeToString(b)
}

// Database creates an empty database and returns its URL; it is dropped at the
// end of the test.
func (s Stack) Database(t testing.TB) string {
	t.Helper()
	name := uniqueName()
	if err := s.psql("create database " + name); err != nil {
		t.Fatalf("creating a database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.psql("drop database if exists " + name + " with (force)"); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	u, err := url.Parse(s.DatabaseURL)
	if err != nil {
		t.Fatalf("the stack's database: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// psql runs one statement, again when Postgres is being restarted at that
// moment.
func (s Stack) psql(sql string) error {
	u, err := url.Parse(s.DatabaseURL)
	if err != nil {
		return err
	}
	program, err := devstack.PostgresProgram(s.Home, "psql")
	if err != nil {
		return err
	}
	password, _ := u.User.Password()
	var out []byte
	for range 20 {
		c := exec.Command(program, "-X", "-q", "-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(), "-d", "postgres", "-c", sql)
		c.Env = append(os.Environ(), "PGPASSWORD="+password)
		if out, err = c.CombinedOutput(); err == nil {
			return nil
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 { // 2: no connection
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
}

// Namespace registers a Temporal namespace and returns when workflows can be
// started in it.
func (s Stack) Namespace(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	namespaces, err := client.NewNamespaceClient(client.Options{HostPort: s.TemporalAddress})
	if err != nil {
		t.Fatalf("connecting to Temporal: %v", err)
	}
	defer namespaces.Close()
	name := uniqueName()
	err = namespaces.Register(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour)})
	if err != nil {
		t.Fatalf("registering namespace %s: %v", name, err)
	}
	if err := usable(ctx, s.TemporalAddress, name); err != nil {
		t.Fatalf("namespace %s: %v", name, err)
	}
	return name
}

// usable waits until history knows the namespace: a workflow that does not
// exist is then reported as such.
func usable(ctx context.Context, address, namespace string) error {
	c, err := client.NewLazyClient(client.Options{HostPort: address, Namespace: namespace})
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		_, err := c.DescribeWorkflowExecution(ctx, "stacktest-readiness", "")
		var missing *serviceerror.NotFound
		if errors.As(err, &missing) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not usable: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Bucket creates a bucket in the stack's S3 store.
func (s Stack) Bucket(t testing.TB) string {
	t.Helper()
	name := uniqueName()
	store := Store{Endpoint: s.S3Endpoint, AccessKey: s.S3AccessKey, SecretKey: s.S3SecretKey}
	if err := store.awaitBucket(name); err != nil {
		t.Fatalf("creating bucket %s: %v", name, err)
	}
	return name
}

// repositoryRoot looks upward from the working directory, which `go test` sets
// to the package under test.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "devserver", "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the source tree of sweep")
		}
		dir = parent
	}
}
