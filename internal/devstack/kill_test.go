package devstack_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

var core = []string{"postgres", "s3", "temporal"}

// recovered is true when the service runs as another process than before.
func recovered(dir, name string, before int) bool {
	state, _, err := devstack.Lookup(dir)
	if err != nil {
		return false
	}
	s, _ := state.Service(name)
	return s.Phase == devstack.Running && s.PID != before && s.PID != 0
}

func TestSupervisorRestartsEachServiceThatIsKilled(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	c := ensure(t, dir)
	sql(t, dir, c, "create table kept as select generate_series(1, 1000) as x")
	for _, name := range core {
		t.Run(name, func(t *testing.T) {
			before := service(t, dir, name)
			began := time.Now()
			kill(t, before.PID, syscall.SIGKILL)
			eventually(t, 30*time.Second, name+" runs again", func() bool { return recovered(dir, name, before.PID) })
			t.Logf("%s was back after %s", name, time.Since(began).Round(time.Millisecond))
			after := service(t, dir, name)
			if after.Restarts != before.Restarts+1 || after.Reason == "" || after.Address != before.Address {
				t.Errorf("restarted as %+v, was %+v", after, before)
			}
		})
	}
	eventually(t, 30*time.Second, "Temporal answers", func() bool { return get(c.UIURL+"/api/v1/namespaces/sweep") == http.StatusOK })
	if got := sql(t, dir, c, "select count(*) from kept"); got != "1000" {
		t.Errorf("%s rows of 1000 survived", got)
	}
}

func TestEnsureBringsEverythingBackAfterAllWereKilled(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	c := ensure(t, dir)
	sql(t, dir, c, "create table kept as select generate_series(1, 1000) as x")
	state, _, err := devstack.Lookup(dir)
	if err != nil {
		t.Fatal(err)
	}
	kill(t, state.Supervisor, syscall.SIGKILL)
	for _, name := range core {
		s, _ := state.Service(name)
		kill(t, s.PID, syscall.SIGKILL)
	}
	eventually(t, 30*time.Second, "Lookup says that the stack is down", func() bool {
		_, _, err := devstack.Lookup(dir)
		return errors.Is(err, devstack.ErrDown)
	})
	if again := ensure(t, dir); again != c {
		t.Error("the stack came back elsewhere")
	}
	if got := sql(t, dir, c, "select count(*) from kept"); got != "1000" {
		t.Errorf("%s rows of 1000 survived", got)
	}
}

func TestNewSupervisorAdoptsWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	c := ensure(t, dir)
	before := map[string]int{}
	for _, name := range core {
		before[name] = service(t, dir, name).PID
	}
	state, _, _ := devstack.Lookup(dir)
	kill(t, state.Supervisor, syscall.SIGKILL)
	eventually(t, 30*time.Second, "the supervisor is gone", func() bool { _, _, err := devstack.Lookup(dir); return err != nil })
	if again := ensure(t, dir); again != c {
		t.Error("the adopted stack has other addresses")
	}
	for _, name := range core {
		if s := service(t, dir, name); s.PID != before[name] || !s.Adopted {
			t.Errorf("%s is %+v, was process %d", name, s, before[name])
		}
	}
	// An adopted process is watched like one's own.
	kill(t, before["s3"], syscall.SIGKILL)
	eventually(t, 30*time.Second, "s3 runs again", func() bool { return recovered(dir, "s3", before["s3"]) })
}

func TestDownStopsOrphansOfAKilledSupervisor(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	ensure(t, dir)
	state, _, _ := devstack.Lookup(dir)
	kill(t, state.Supervisor, syscall.SIGKILL)
	if err := devstack.Down(t.Context(), dir, false); err != nil {
		t.Fatalf("Down: %v", err)
	}
	for _, s := range state.Services {
		if alive(t, s.PID) {
			t.Errorf("%s lives on", s.Name)
		}
	}
}

func TestAServiceThatDoesNotAnswerIsRestarted(t *testing.T) {
	dir := newHome(t)
	t.Setenv("TEST_IMPATIENT", "1")
	ensure(t, dir)
	before := service(t, dir, "s3").PID
	kill(t, before, syscall.SIGSTOP)
	eventually(t, 20*impatience, "s3 was replaced", func() bool { return recovered(dir, "s3", before) })
	if s := service(t, dir, "s3"); !strings.Contains(s.Reason, "no answer") {
		t.Errorf("restarted because %q", s.Reason)
	}
}

func TestWorkerIsSupervisedAndConfiguredByEnvironment(t *testing.T) {
	dir, file := newHome(t), filepath.Join(t.TempDir(), "worker")
	t.Setenv("TEST_WORKER_FILE", file)
	c := ensure(t, dir)
	eventually(t, 30*time.Second, "the worker runs", func() bool { _, err := os.Stat(file); return err == nil })
	names, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	set := "\n" + string(names) + "\n"
	for _, v := range append(c.Environ(), "SWEEP_HOME=") {
		name, _, _ := strings.Cut(v, "=")
		if !strings.Contains(set, "\n"+name+"\n") {
			t.Errorf("the worker has no %s", name)
		}
	}
	if strings.Contains(set, "SWEEP_READY_FD") {
		t.Error("the worker was given the supervisor's own variable")
	}
	before := service(t, dir, "worker").PID
	kill(t, before, syscall.SIGKILL)
	eventually(t, 30*time.Second, "the worker runs again", func() bool { return recovered(dir, "worker", before) })
}

func TestWorkerIsRestartedWhenItsProgramWasBuiltAnew(t *testing.T) {
	dir, file := newHome(t), filepath.Join(t.TempDir(), "worker")
	t.Setenv("TEST_WORKER_FILE", file)
	self := copyOfThisProgram(t)
	if _, err := devstack.Ensure(t.Context(), devstack.Options{Home: dir, Self: self}); err != nil {
		t.Fatalf("Ensure: %v", err)
	}
	eventually(t, 30*time.Second, "the worker runs", func() bool { return recovered(dir, "worker", 0) })
	before := service(t, dir, "worker").PID
	replacement := copyOfThisProgram(t)
	if err := os.Rename(replacement, self); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, "the new program runs", func() bool { return recovered(dir, "worker", before) })
	if s := service(t, dir, "worker"); !strings.Contains(s.Reason, "was replaced") {
		t.Errorf("restarted because %q", s.Reason)
	}
}

func copyOfThisProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "sweep")
	if err := os.WriteFile(name, b, 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestConcurrentEnsureStartsOneStack(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	var wg sync.WaitGroup
	got := make([]devstack.Connection, 4)
	for i := range got {
		wg.Go(func() {
			c, err := devstack.Ensure(context.Background(), devstack.Options{Home: dir})
			if err != nil {
				t.Errorf("Ensure %d: %v", i, err)
			}
			got[i] = c
		})
	}
	wg.Wait()
	for i, c := range got {
		if c != got[0] {
			t.Errorf("call %d found another stack", i)
		}
	}
}
