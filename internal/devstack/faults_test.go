package devstack_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

// sql runs a statement in the product's database.
func sql(t *testing.T, dir string, c devstack.Connection, statement string) string {
	t.Helper()
	return sqlIn(t, dir, c, "sweep", statement)
}

func sqlIn(t *testing.T, dir string, c devstack.Connection, database, statement string) string {
	t.Helper()
	u, err := url.Parse(c.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	program, err := devstack.PostgresProgram(dir, "psql")
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	cmd := exec.Command(program, "-X", "-q", "-A", "-t", "-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(),
		"-d", database, "-c", statement)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// wantSetupError checks for one line that names the place and the remedy, and
// that nothing was left running.
func wantSetupError(t *testing.T, dir string, err error, words ...string) {
	t.Helper()
	var setup *devstack.SetupError
	if !errors.As(err, &setup) {
		t.Fatalf("got %v, want a SetupError", err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	r, statusErr := devstack.Status(dir)
	if statusErr != nil {
		t.Errorf("Status: %v", statusErr)
	}
	for _, s := range append(r.Services, r.Supervisor) {
		if s.Alive {
			t.Errorf("%s was left running", s.Name)
		}
	}
}

func TestFaultsOfTheMachineAreOneLineWithARemedy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.tex"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, home string
		env        map[string]string
		words      []string
	}{
		{"no Postgres", filepath.Join(t.TempDir(), "home"), map[string]string{"SWEEP_PG_BIN": t.TempDir()}, []string{"SWEEP_PG_BIN", "initdb"}},
		{"no devserver", filepath.Join(t.TempDir(), "home"), map[string]string{"SWEEP_DEVSERVER": file}, []string{"SWEEP_DEVSERVER", file}},
		{"home is a file", file, nil, []string{file, "SWEEP_HOME"}},
		{"home below a file", filepath.Join(file, "home"), nil, []string{file, "SWEEP_HOME"}},
		{"home of others", foreign, nil, []string{foreign, "SWEEP_HOME"}},
		{"home on a file system without files", "/proc/self/sweep-home", nil, []string{"/proc/self/sweep-home", "SWEEP_HOME"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			_, err := devstack.Ensure(t.Context(), devstack.Options{Home: c.home})
			wantSetupError(t, c.home, err, c.words...)
		})
	}
}

func TestAFailedStartLeavesNothingRunning(t *testing.T) {
	dir := newHome(t)
	broken := filepath.Join(t.TempDir(), "devserver")
	script := "#!/bin/sh\necho 'devserver: broken on purpose' >&2\nexit 1\n"
	if err := os.WriteFile(broken, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SWEEP_DEVSERVER", broken)
	_, err := devstack.Ensure(t.Context(), devstack.Options{Home: dir})
	if err == nil || !strings.Contains(err.Error(), "broken on purpose") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line with the service's last words", err)
	}
	r, err := devstack.Status(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(r.Services, r.Supervisor) {
		if s.Alive {
			t.Errorf("%s was left running", s.Name)
		}
	}
}

func TestAnInterruptedStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
			if r, err := devstack.Status(dir); err == nil && len(r.Services) > 0 && r.Services[0].Alive {
				cancel()
			}
		}
	}()
	if _, err := devstack.Ensure(ctx, devstack.Options{Home: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("Ensure: %v", err)
	}
	r, err := devstack.Status(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(r.Services, r.Supervisor) {
		if s.Alive {
			t.Errorf("%s was left running", s.Name)
		}
	}
}

func TestAPortTakenByAnotherProgramIsReplaced(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	before := ensure(t, dir)
	if err := devstack.Down(t.Context(), dir, false); err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(before.DatabaseURL)
	for _, address := range []string{u.Host, before.TemporalAddress} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	after := ensure(t, dir)
	if after.DatabaseURL == before.DatabaseURL || after.TemporalAddress == before.TemporalAddress {
		t.Errorf("still at the taken ports: %s", after.TemporalAddress)
	}
	if after.S3Endpoint != before.S3Endpoint || after.UIURL != before.UIURL {
		t.Errorf("free ports were given up: %s %s", after.S3Endpoint, after.UIURL)
	}
	if got := sql(t, dir, after, "select 1"); got != "1" {
		t.Errorf("select 1 is %q", got)
	}
}

func TestAdoptedServicesFollowOneThatHadToMove(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	before := ensure(t, dir)
	state, _, err := devstack.Lookup(dir)
	if err != nil {
		t.Fatal(err)
	}
	temporal, postgres := service(t, dir, "temporal").PID, service(t, dir, "postgres").PID
	kill(t, state.Supervisor, syscall.SIGKILL)
	kill(t, postgres, syscall.SIGKILL)
	u, _ := url.Parse(before.DatabaseURL)
	var taken net.Listener
	eventually(t, 30*time.Second, "the port is free", func() bool {
		taken, err = net.Listen("tcp", u.Host)
		return err == nil
	})
	defer taken.Close()
	after := ensure(t, dir)
	if after.DatabaseURL == before.DatabaseURL {
		t.Error("Postgres is still at the taken port")
	}
	if now := service(t, dir, "temporal").PID; now == temporal {
		t.Error("Temporal was left with the old address of Postgres")
	}
	if got := get(after.UIURL + "/api/v1/namespaces/sweep"); got != http.StatusOK {
		t.Errorf("namespace through the Web UI: status %d", got)
	}
}

func TestPurgeRemovesOursAndRefusesForeignDirectories(t *testing.T) {
	t.Parallel()
	foreign := t.TempDir()
	thesis := filepath.Join(foreign, "thesis.tex")
	if err := os.WriteFile(thesis, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantSetupError(t, foreign, devstack.Down(t.Context(), foreign, true), foreign)
	if _, err := os.Stat(thesis); err != nil {
		t.Errorf("the foreign file: %v", err)
	}
	dir := newHome(t)
	ensure(t, dir)
	note := filepath.Join(dir, "note.txt")
	if err := os.WriteFile(note, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := devstack.Down(t.Context(), dir, true); err != nil {
		t.Fatalf("Down: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "note.txt" {
		t.Errorf("left after a purge: %v, %v; want the foreign note.txt alone", left, err)
	}
	if err := os.Remove(note); err != nil {
		t.Fatal(err)
	}
	if err := devstack.Down(t.Context(), dir, true); err != nil && !strings.Contains(err.Error(), "not a home") {
		t.Errorf("Down of what was purged: %v", err)
	}
}

func TestNobodyElseCanReadTheHomeAndSecretsStayInTheirFile(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	c := ensure(t, dir)
	u, _ := url.Parse(c.DatabaseURL)
	password, _ := u.User.Password()
	secrets := []string{password, c.S3SecretKey, c.S3AccessKey}
	for _, s := range secrets {
		if len(s) < 12 {
			t.Fatalf("a secret of %d characters", len(s))
		}
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == filepath.Join(dir, "postgres") {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return nil // a temporary file that was renamed meanwhile
		}
		if info.Mode().Perm()&0o077 != 0 && filepath.Dir(name) == dir {
			t.Errorf("%s has mode %s", name, info.Mode())
		}
		if d.Type().IsRegular() && d.Name() != "secrets.json" {
			mustNotHold(t, name, secrets)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range core {
		mustNotHold(t, fmt.Sprintf("/proc/%d/cmdline", service(t, dir, s).PID), secrets)
	}
}

func mustNotHold(t *testing.T, name string, secrets []string) {
	t.Helper()
	b, _ := os.ReadFile(name)
	for _, s := range secrets {
		if strings.Contains(string(b), s) {
			t.Errorf("%s holds a secret", name)
		}
	}
}
