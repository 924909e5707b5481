package devstack_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

// TestEnsureSucceedsAfterKillsAtAnyMomentOfTheFirstStart kills whatever has
// been started at random moments of a first start (initdb, schemas, bucket),
// each time before anything was ready.
func TestEnsureSucceedsAfterKillsAtAnyMomentOfTheFirstStart(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := newHome(t)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = devstack.Ensure(ctx, devstack.Options{Home: dir}) // its supervisor is killed under it
		}()
		delay := time.Duration(random.Int64N(int64(2500 * time.Millisecond)))
		time.Sleep(delay)
		t.Logf("killed %d processes after %s", killAll(dir), delay.Round(time.Millisecond))
		<-ended
		cancel()
	}
	c := ensure(t, dir)
	if got := sql(t, dir, c, "select count(*) from pg_database where datname in ('sweep', 'temporal', 'temporal_visibility')"); got != "3" {
		t.Errorf("%s of 3 databases", got)
	}
}

// killAll kills -9 the supervisor and then every service that has a record.
func killAll(dir string) (killed int) {
	records, _ := filepath.Glob(filepath.Join(dir, "run", "*.json"))
	for i, name := range records { // the supervisor first, so that it repairs nothing
		if filepath.Base(name) == "supervisor.json" {
			records[0], records[i] = records[i], records[0]
		}
	}
	for _, name := range records {
		var r struct{ PID int }
		b, err := os.ReadFile(name)
		if err != nil || json.Unmarshal(b, &r) != nil || r.PID <= 1 {
			continue
		}
		if syscall.Kill(r.PID, syscall.SIGKILL) == nil {
			killed++
		}
		_ = os.Remove(name) // its pid may be another program's in the next round
	}
	return killed
}
