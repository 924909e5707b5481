package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sweep/activities"
	"sweep/internal/devstack/stacktest"
	"sweep/storage"
)

const small = `version: 1
name: small
experiments:
  - name: ring
    task: gaussians
    metric: {name: modes_strict}
    seeds: 2
    parameters: {steps: 1000}
    matrix: {k: [1, 5]}
`

// served is a sweep on real servers: two trials of k=1 finished (one after its
// first attempt was lost), one of k=5 diverged and one failed.
func served(t *testing.T) *services {
	t.Helper()
	c := stacktest.Start(t).Isolated(t)
	for _, kv := range c.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	ctx := context.Background()
	s, err := openServices(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	if _, err := s.metrics.PutSweep(ctx, storage.Sweep{Name: "small", File: "small.yaml", Text: []byte(small)}); err != nil {
		t.Fatal(err)
	}
	if _, err := (&activities.Activities{Plans: s.metrics}).Plan(ctx, activities.SweepInput{Sweep: "small"}); err != nil {
		t.Fatal(err)
	}
	if err := s.metrics.Beat(ctx, storage.Worker{Name: "host/1", Queue: activities.TrainQueue, Slots: 4, Numerics: "test"}); err != nil {
		t.Fatal(err)
	}
	given, _, err := s.metrics.Dispatch(ctx, "small", 10, storage.Packing{})
	if err != nil || len(given) != 4 {
		t.Fatalf("%d trials dispatched, %v", len(given), err)
	}
	for _, d := range given {
		play(t, s, d)
	}
	if err := s.metrics.SetSweepState(ctx, "small", storage.SweepDone); err != nil {
		t.Fatal(err)
	}
	return s
}

// play writes what a trial's attempts would have written.
func play(t *testing.T, s *services, d storage.Dispatch) {
	t.Helper()
	if d.K == 1 && d.Seed == 1 {
		a := claim(t, s, d, "host/0")
		commit(t, s, d, a.Fence, 500, 3, false)
	}
	a := claim(t, s, d, "host/1")
	e := storage.End{Hash: d.Hash, Fence: a.Fence, Outcome: "finished", Step: 1000}
	switch {
	case d.K == 5 && d.Seed == 1:
		e.Outcome, e.Step, e.Reason = "diverged", 400, "g_loss is NaN at step 400"
		commit(t, s, d, a.Fence, 400, math.NaN(), true)
	case d.K == 5:
		e.Outcome, e.Step, e.Reason = "failed", 0, "out of luck"
	default:
		commit(t, s, d, a.Fence, 1000, float64(4+d.Seed), true)
	}
	ctx := context.Background()
	if err := s.metrics.End(ctx, e); err != nil {
		t.Fatal(err)
	}
	if e.Outcome == "failed" {
		if _, err := s.metrics.Settle(ctx, storage.Settlement{Hash: d.Hash, WorkflowID: "group/" + d.Hash, State: storage.Failed, Reason: e.Reason}); err != nil {
			t.Fatal(err)
		}
	}
}

func claim(t *testing.T, s *services, d storage.Dispatch, worker string) storage.Claim {
	t.Helper()
	c, err := s.metrics.Claim(context.Background(), storage.ClaimRequest{Hash: d.Hash, WorkflowID: "group/" + d.Hash, Worker: worker, Numerics: "test", Lease: time.Minute},
		s.objects.Verify)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// commit writes one score at a step and, with whole, samples and a checkpoint.
func commit(t *testing.T, s *services, d storage.Dispatch, fence, step int64, score float64, whole bool) {
	t.Helper()
	ctx := context.Background()
	c := storage.Commit{Hash: d.Hash, Fence: fence, Lease: time.Minute, Step: step,
		Chunks: []storage.Chunk{{Metric: "modes_strict", Steps: []int64{step}, Values: []float64{score}}}}
	if whole {
		data := points()
		sum := sha256.Sum256(data)
		digest := hex.EncodeToString(sum[:])
		for _, name := range []string{"samples", "real"} {
			key := storage.ArtifactKey(d.Hash, fence, step, name, digest, ".npy")
			if _, err := s.objects.Put(ctx, key, data, digest, "application/x-npy"); err != nil {
				t.Fatal(err)
			}
			c.Artifacts = append(c.Artifacts, storage.Artifact{Name: name, Step: step, Key: key, MediaType: "application/x-npy", Size: int64(len(data)), SHA256: digest})
		}
		key := storage.CheckpointKey(d.Hash, fence, step, digest)
		etag, err := s.objects.Put(ctx, key, data, digest, "application/octet-stream")
		if err != nil {
			t.Fatal(err)
		}
		c.Checkpoint = &storage.Checkpoint{Step: step, Key: key, Size: int64(len(data)), SHA256: digest, ETag: etag}
	}
	if _, err := s.metrics.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
}

// points is a samples file of four points.
func points() []byte {
	header := "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }"
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	b := bytes.NewBufferString("\x93NUMPY\x01\x00")
	_ = binary.Write(b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	_ = binary.Write(b, binary.LittleEndian, []float32{0, 2, 2, 0, 0, -2, -2, 0})
	return b.Bytes()
}

// reads runs a command with -o json and decodes its output.
func reads(t *testing.T, into any, args ...string) {
	t.Helper()
	s := types(t, "", append(args, "-o", "json")...)
	if s.code != exitDone {
		t.Fatalf("sweep %s: exit %d: %s", strings.Join(args, " "), s.code, s.err)
	}
	if err := json.Unmarshal([]byte(s.out), into); err != nil {
		t.Fatalf("sweep %s: %v\n%s", strings.Join(args, " "), err, s.out)
	}
}

func TestReadingAServedSweep(t *testing.T) {
	s := served(t)
	t.Run("ls counts by state", func(t *testing.T) {
		var got []sweepView
		reads(t, &got, "ls")
		if len(got) != 1 || got[0].Trials != 4 || got[0].Finished != 2 || got[0].Diverged != 1 || got[0].Failed != 1 || got[0].RolledBack != 1 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("show lists the trials", func(t *testing.T) { testShowSweep(t) })
	t.Run("show finds a trial by its first digits", func(t *testing.T) { testShowTrial(t, s) })
	t.Run("logs tell the lost attempt", func(t *testing.T) { testLogs(t) })
	t.Run("compare counts what diverged", func(t *testing.T) { testCompare(t) })
	t.Run("compare at a moment and by an axis", func(t *testing.T) { testCompareAt(t) })
	t.Run("report writes page and figures", func(t *testing.T) { testReport(t, s) })
	t.Run("report's commands train the cells' trials", func(t *testing.T) { testRerun(t, s) })
	t.Run("sql reads and cannot write", func(t *testing.T) { testSQL(t) })
	t.Run("status names the sweeps", func(t *testing.T) {
		var got struct{ Sweeps []sweepView }
		reads(t, &got, "status")
		if len(got.Sweeps) != 1 {
			t.Errorf("got %+v", got)
		}
		if one := types(t, "", "status", "small"); one.code != 0 || !strings.Contains(one.out, "small is done: 5 attempts, 1 point rolled back") {
			t.Errorf("exit %d: %s%s", one.code, one.out, one.err)
		}
	})
	t.Run("watch ends at once, with 3 for the failed trial", func(t *testing.T) {
		w := types(t, "", "watch", "small")
		if w.code != exitTrials || !strings.Contains(w.out, "small is done: 2 of 4 trials finished, 1 diverged, 1 failed") || !strings.Contains(w.err, "sweep logs small") {
			t.Errorf("exit %d: %s%s", w.code, w.out, w.err)
		}
	})
	t.Run("misspelt names are suggested", func(t *testing.T) { testSuggestions(t) })
}

func testShowSweep(t *testing.T) {
	var got struct {
		sweepView
		List []trialView `json:"list"`
	}
	reads(t, &got, "show", "small")
	if got.Sweep != "small" || len(got.List) != 4 || got.List[0].Cell != "k=1" {
		t.Errorf("got %+v", got)
	}
	table := types(t, "", "show", "small")
	for _, want := range []string{"diverged", "g_loss is NaN at step 400", "out of luck"} {
		if !strings.Contains(table.out, want) {
			t.Errorf("no %q in:\n%s", want, table.out)
		}
	}
}

func testShowTrial(t *testing.T, s *services) {
	finals, err := s.metrics.Finals(context.Background(), "small", "ring", "modes_strict")
	if err != nil {
		t.Fatal(err)
	}
	var got trialDetails
	reads(t, &got, "show", finals[0].ID[:12])
	if got.TrialID != finals[0].ID || len(got.History) != 2 || len(got.Checkpoints) != 1 || got.Metrics["modes_strict"] == nil || *got.Metrics["modes_strict"] != 5 {
		t.Errorf("got %+v", got)
	}
	if table := types(t, "", "show", finals[0].ID[:12]); table.code != 0 || !strings.Contains(table.out, "modes_strict") {
		t.Errorf("exit %d: %s%s", table.code, table.out, table.err)
	}
	if miss := types(t, "", "show", "00000000"); miss.code != exitInvalid {
		t.Errorf("exit %d for a trial that is not there", miss.code)
	}
}

func testLogs(t *testing.T) {
	var events []event
	reads(t, &events, "logs", "small")
	var lost, again, why bool
	for _, e := range events {
		lost = lost || e.Event == "lost" && e.Cell == "k=1" && e.Seed == 1
		why = why || e.Event == "failed" && strings.Contains(e.Text, "out of luck; `sweep retry`")
		again = again || e.Event == "started" && e.Attempt == 2 && strings.Contains(e.Text, "1 point rolled back")
	}
	if !lost || !again || !why {
		t.Errorf("lost %v, taken up again %v, why it failed %v in %+v", lost, again, why, events)
	}
}

func testCompare(t *testing.T) {
	s := types(t, "", "compare", "small")
	for _, want := range []string{"ring: modes_strict (maximize)", "k 5 vs 1", "1 pair with a diverged trial, scored worst; 1 not comparable yet"} {
		if !strings.Contains(s.out, want) {
			t.Errorf("no %q in:\n%s%s", want, s.out, s.err)
		}
	}
	csv := types(t, "", "compare", "small", "-o", "csv")
	if !strings.Contains(csv.out, "\ncell,ring,modes_strict,maximize,last,k=1,,,2,5.5,,,0.7071067811865476,5.5,5.5,,,5,6,2,0,8,") {
		t.Errorf("got:\n%s", csv.out)
	}
}

func testSQL(t *testing.T) {
	const question = "select k, value from final where name = 'modes_strict' and outcome = 'finished' order by seed"
	if s := types(t, "", "sql", question, "-o", "csv"); s.out != "k,value\n1,5\n1,6\n" {
		t.Errorf("csv: %q %s", s.out, s.err)
	}
	if s := types(t, question, "sql"); s.out != "k  value\n1      5\n1      6\n" {
		t.Errorf("from standard input: %q %s", s.out, s.err)
	}
	if s := types(t, "", "sql", "select value from final where outcome = 'diverged'", "-o", "json"); strings.Join(strings.Fields(s.out), "") != `[{"value":"NaN"}]` {
		t.Errorf("json: %q %s", s.out, s.err)
	}
	if s := types(t, "", "sql", "select * from trials", "--limit", "2", "-o", "csv"); strings.Count(s.out, "\n") != 3 || !strings.Contains(s.err, "--limit") {
		t.Errorf("limit: %q %s", s.out, s.err)
	}
	for _, wrong := range []string{"delete from trials", "select * from store.trials", "selekt 1", "set role none; delete from store.trials"} {
		if s := types(t, "", "sql", wrong); s.code == exitDone || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%s: exit %d: %s%s", wrong, s.code, s.out, s.err)
		}
	}
}

func testSuggestions(t *testing.T) {
	for _, args := range [][]string{
		{"show", "smal"}, {"status", "smal"}, {"watch", "smal"}, {"logs", "smal"}, {"compare", "smal"}, {"report", "smal"},
		{"compare", "small", "--experiment", "rign"}, {"compare", "small", "--metric", "modes_strikt"},
		{"compare", "small", "--by", "kk"},
	} {
		s := types(t, "", args...)
		if s.code != exitInvalid || !strings.Contains(s.err, "did you mean") || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, s.code, s.err)
		}
	}
}

func TestAListOfNothingSaysWhatToDo(t *testing.T) {
	c := stacktest.Start(t).Isolated(t)
	for _, kv := range c.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	if s := types(t, "", "ls"); s.code != 0 || !strings.Contains(s.out, "sweep submit") {
		t.Errorf("exit %d: %s%s", s.code, s.out, s.err)
	}
	if s := types(t, "", "ls", "-o", "json"); strings.TrimSpace(s.out) != "[]" {
		t.Errorf("json: %s%s", s.out, s.err)
	}
}

func TestStatusOfAStackThatIsDownStartsNothing(t *testing.T) {
	for _, name := range configured {
		t.Setenv(name, "")
	}
	home := filepath.Join(t.TempDir(), "home")
	s := types(t, "", "status", "--home", home)
	if s.code != 0 || !strings.Contains(s.out, "`sweep up` starts it") {
		t.Errorf("exit %d: %s%s", s.code, s.out, s.err)
	}
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Errorf("status made %s (%v)", home, err)
	}
}

func TestOutputsThatDoNotExistAreRefused(t *testing.T) {
	s := types(t, "", "ls", "-o", "yaml")
	if s.code != exitInvalid || s.err != fmt.Sprintln(`--output "yaml": expected table, json or csv`) {
		t.Errorf("exit %d: %s", s.code, s.err)
	}
}
