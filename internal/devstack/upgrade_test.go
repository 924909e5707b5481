package devstack_test

import (
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

// TestTemporalsSchemaIsUpgradedWithItsData takes Temporal's database back to
// the release before and lets the server find it so.
func TestTemporalsSchemaIsUpgradedWithItsData(t *testing.T) {
	t.Parallel()
	dir := newHome(t)
	c := ensure(t, dir)
	temporal := func(statement string) string { return sqlIn(t, dir, c, "temporal", statement) }
	version, namespace := temporal("select curr_version from schema_version"), temporal("select id from namespaces where name = 'sweep'")
	if version != "1.19" || namespace == "" {
		t.Fatalf("schema %q, namespace %q: this test knows what 1.19 added", version, namespace)
	}
	temporal("drop table current_chasm_executions; update schema_version set curr_version = '1.18'")

	before := service(t, dir, "temporal").PID
	kill(t, before, syscall.SIGKILL)
	eventually(t, 60*time.Second, "Temporal runs again", func() bool { return recovered(dir, "temporal", before) })
	if got := temporal("select curr_version from schema_version"); got != version {
		t.Errorf("schema %q after the upgrade, want %q", got, version)
	}
	if got := temporal("select count(*) from current_chasm_executions"); got != "0" {
		t.Errorf("the upgraded table has %q rows", got)
	}
	if got := temporal("select id from namespaces where name = 'sweep'"); got != namespace {
		t.Errorf("namespace %q after the upgrade, was %q", got, namespace)
	}
	if got := temporal("select count(*) from pg_database where datname like 'temporal%'"); got != "2" {
		t.Errorf("%s databases of Temporal, want 2", got)
	}
	if _, _, err := devstack.Lookup(dir); err != nil {
		t.Errorf("Lookup: %v", err)
	}
}
