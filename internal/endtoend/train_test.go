package endtoend_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var trainArgs = []string{"train", "--task", "gaussians", "-p", "k=5", "-p", "steps=12000", "-p", "z_dim=16", "-p", "g_width=32", "-p", "d_width=32",
	"-p", "eval_every=3000", "--seed", "4", "--checkpoint-every", "500"}

// TestATrialInTheForegroundIsTheSameWhenKilledAndStartedAgain needs no services
// at all, and must leave the same files as a straight run.
func TestATrialInTheForegroundIsTheSameWhenKilledAndStartedAgain(t *testing.T) {
	p := newPerson(t)
	p.gets(append(trainArgs, "--out", "straight")...)
	cmd := p.command(context.Background(), append(trainArgs, "--out", "killed")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "a checkpoint is written", func() bool {
		found, _ := filepath.Glob(filepath.Join(p.dir, "killed", "checkpoint-[1-9]*"))
		return len(found) > 0
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if done, _ := filepath.Glob(filepath.Join(p.dir, "killed", "checkpoint-12000*")); len(done) > 0 {
		t.Fatal("the trial had ended before it was killed: it is too short for this machine")
	}
	// A crash may also fall between the points and their checkpoint.
	points, err := os.OpenFile(filepath.Join(p.dir, "killed", "points.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := points.WriteString("999999,d_loss,1\n999999,d_lo"); err != nil {
		t.Fatal(err)
	}
	if err := points.Close(); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Step    int64
		Outcome string
		Metrics map[string]float64
	}
	if err := json.Unmarshal([]byte(p.gets(append(trainArgs, "--out", "killed", "-o", "json")...)), &said); err != nil {
		t.Fatal(err)
	}
	if said.Step != 12000 || said.Outcome != "finished" || said.Metrics["real_high_quality"] < 0.98 {
		t.Errorf("%+v", said)
	}
	want, err := os.ReadDir(filepath.Join(p.dir, "straight"))
	if err != nil || len(want) < 5 {
		t.Fatalf("%d files (%v)", len(want), err)
	}
	for _, f := range want {
		a, errA := os.ReadFile(filepath.Join(p.dir, "straight", f.Name()))
		b, errB := os.ReadFile(filepath.Join(p.dir, "killed", f.Name()))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs between the straight run and the killed one (%v, %v)", f.Name(), errA, errB)
		}
	}
	if s := p.types(append(trainArgs, "--out", "killed", "-p", "k=1")...); s.code != 2 {
		t.Errorf("another trial in the same folder: exit %d\n%s", s.code, s.err)
	}
}
