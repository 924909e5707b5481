package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sweep/storage"
)

// script answers with one reading after the other, the last one for good.
type script struct {
	readings []reading
	at       int
}

type reading struct {
	progress storage.SweepProgress
	err      error
}

func (s *script) SweepProgress(context.Context, string) (storage.SweepProgress, error) {
	r := s.readings[min(s.at, len(s.readings)-1)]
	s.at++
	return r.progress, r.err
}

func at(state storage.SweepState, steps int64, c storage.Counts) reading {
	last := 7.5
	e := storage.ExperimentProgress{Experiment: storage.Experiment{Name: "ring", Metric: "modes_strict"}, Counts: c, StepsDone: steps, StepsTotal: 4000, Last: &last}
	return reading{progress: storage.SweepProgress{Sweep: storage.Sweep{Name: "quick", State: state}, Experiments: []storage.ExperimentProgress{e}, Slots: 2}}
}

func follow(t *testing.T, every time.Duration, readings ...reading) (storage.SweepProgress, string, error) {
	t.Helper()
	var out bytes.Buffer
	p, err := watchSweep(context.Background(), &script{readings: readings}, "quick", &out, false, every)
	return p, out.String(), err
}

func TestWatchEndsWithTheSweep(t *testing.T) {
	p, out, err := follow(t, time.Millisecond,
		reading{progress: storage.SweepProgress{Sweep: storage.Sweep{Name: "quick", State: storage.SweepRunning}}},
		at(storage.SweepRunning, 0, storage.Counts{Pending: 2}),
		at(storage.SweepRunning, 2000, storage.Counts{Running: 1, Finished: 1}),
		at(storage.SweepDone, 3000, storage.Counts{Diverged: 1, Finished: 1}))
	if err != nil || p.State != storage.SweepDone {
		t.Fatalf("%v, %v", p.State, err)
	}
	for _, want := range []string{"quick  planning", "quick/ring  0 %  0/2 trials", "quick/ring  50 %  1/2 trials", "modes_strict 7.5", "quick/ring  2/2 trials", "1 diverged", "2 slots"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestWatchOutlivesAStoreThatIsAway(t *testing.T) {
	away := reading{err: errors.New("read progress: connection refused\nby host")}
	p, out, err := follow(t, time.Millisecond, at(storage.SweepRunning, 0, storage.Counts{Running: 2}), away, away, away, at(storage.SweepDone, 4000, storage.Counts{Finished: 2}))
	if err != nil || p.State != storage.SweepDone {
		t.Fatalf("%v, %v", p.State, err)
	}
	if n := strings.Count(out, "waiting for Postgres: read progress: connection refused by host"); n != 1 {
		t.Errorf("said %d times that it waits, want once:\n%s", n, out)
	}
}

func TestWatchStopsAtOnceWhereWaitingIsVain(t *testing.T) {
	for _, vain := range []error{storage.ErrNotFound, storage.ErrSchema} {
		if _, _, err := follow(t, time.Hour, reading{err: fmt.Errorf("read: %w", vain)}); !errors.Is(err, vain) {
			t.Errorf("got %v, want %v", err, vain)
		}
	}
}

func TestWatchWaitsForACancelledSweepsTrials(t *testing.T) {
	p, _, err := follow(t, time.Millisecond,
		at(storage.SweepCancelled, 10, storage.Counts{Running: 1, Cancelled: 1}),
		at(storage.SweepCancelled, 10, storage.Counts{Cancelled: 2}))
	if err != nil || p.Experiments[0].Cancelled != 2 {
		t.Errorf("ended at %+v, %v", p.Experiments[0].Counts, err)
	}
}

func TestWatchEndsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &script{readings: []reading{at(storage.SweepRunning, 0, storage.Counts{Running: 1})}}
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := watchSweep(ctx, s, "quick", &bytes.Buffer{}, false, time.Millisecond); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWatchIsQuietWhileNothingChanges(t *testing.T) {
	same := at(storage.SweepRunning, 100, storage.Counts{Running: 2})
	readings := []reading{same}
	for range 15 {
		readings = append(readings, same)
	}
	_, out, err := follow(t, 5*time.Millisecond, append(readings, at(storage.SweepDone, 4000, storage.Counts{Finished: 2}))...)
	if n := strings.Count(out, "quick/ring"); err != nil || n > 4 {
		t.Errorf("%d lines for two states (%v):\n%s", n, err, out)
	}
}

func TestBarsShowWhatLinesShow(t *testing.T) {
	var out bytes.Buffer
	b := newBars(&out)
	var speed pace
	now := time.Now()
	for _, r := range []reading{at(storage.SweepRunning, 1000, storage.Counts{Running: 2}), at(storage.SweepDone, 4000, storage.Counts{Finished: 2})} {
		speed.see(r.progress, now)
		b.show(r.progress, &speed, now)
		now = now.Add(time.Second)
	}
	b.close()
	for _, want := range []string{"ring", "2/2 trials", "modes_strict 7.5", "quick  done"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

func TestPaceIsMeasuredOverAWindow(t *testing.T) {
	var p pace
	start := time.Now()
	for i := range 61 {
		steps := int64(100 * i) // 100 steps a second, then twice that
		if i > 30 {
			steps = 3000 + 200*int64(i-30)
		}
		p.see(at(storage.SweepRunning, steps, storage.Counts{Running: 1, Finished: i / 10}).progress, start.Add(time.Duration(i)*time.Second))
	}
	if got := p.steps("ring"); got != 200 {
		t.Errorf("%v steps/s, want 200: the last window's alone", got)
	}
	last := at(storage.SweepRunning, 9000, storage.Counts{Running: 1, Finished: 6}).progress
	if got := p.trials(last, start.Add(60*time.Second)); got != 0.1 {
		t.Errorf("%v trials/s, want 0.1", got)
	}
	if len(p.marks) > 32 {
		t.Errorf("%d marks are kept", len(p.marks))
	}
}

func TestPaceIsNeverNegative(t *testing.T) {
	var p pace
	start := time.Now()
	p.see(at(storage.SweepRunning, 900, storage.Counts{Running: 1}).progress, start)
	back := at(storage.SweepRunning, 500, storage.Counts{Running: 1}).progress
	p.see(back, start.Add(time.Second))
	if got := p.steps("ring"); got != 0 {
		t.Errorf("%v steps/s after a rollback", got)
	}
	if line := p.describe(back.Experiments[0]); strings.Contains(line, "left") {
		t.Errorf("a time left out of no pace: %s", line)
	}
}

func TestHistoryIsInOrder(t *testing.T) {
	t0 := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	end := t0.Add(time.Minute)
	trials := []storage.Trial{{ID: "aa", Experiment: "ring", Cell: "k=5", Seed: 1}}
	events := history(trials, []storage.Attempt{
		{TrialID: "aa", Fence: 2, Worker: "h/2", Started: end, LastSeen: end, FromStep: 400, RolledBack: 120, Outcome: "running"},
		{TrialID: "aa", Fence: 1, Worker: "h/1", Started: t0, Ended: &end, LastSeen: end, FromStep: -1, LastStep: 520, Outcome: "lost", Reason: "silent"},
	})
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Attempt, e.Cell, e.Event, e.Text))
	}
	want := "1 k=5 started by h/1\n1 k=5 lost at step 520 after 1m0s: silent\n2 k=5 started by h/2, from step 400, 120 points rolled back"
	if strings.Join(got, "\n") != want {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}
