package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"sweep/activities"
	"sweep/storage"
	"sweep/sweeps"
	"sweep/workflows"
)

// telling is a backlog whose sweep tells webhook lab of the events.
func telling(trials int, on ...sweeps.Event) *backlog {
	b := newBacklog(trials)
	b.standing = &activities.Standing{Notify: sweeps.Notify{Webhook: "lab", On: on, DivergedShare: 0.2}}
	return b
}

// stand counts what went wrong; experiment is the only one.
func (b *backlog) stand() *activities.Standing {
	if b.standing == nil {
		return nil
	}
	s := *b.standing
	if b.ended.Failed+b.ended.Diverged > 0 {
		s.Unwell = []storage.Unwell{{Experiment: "ring", Total: b.planned, Failed: b.ended.Failed, Diverged: b.ended.Diverged}}
	}
	return &s
}

// hear notes the notices whose delivery is started.
func (b *backlog) hear(info *workflow.Info, _ workflow.Context, args converter.EncodedValues) {
	var n activities.Notice
	if info.WorkflowType.Name == "Notify" && args.Get(&n) == nil {
		b.notices = append(b.notices, n)
	}
}

// deliver stands for the receiver.
func (b *backlog) deliver(context.Context, activities.Notice) error {
	if b.silent {
		return errors.New("the receiver did not answer in time")
	}
	return nil
}

// ends gives trials first, first+1, ... a fate.
func (b *backlog) ends(fate storage.TrialState, first, n int) *backlog {
	if b.fates == nil {
		b.fates = map[string]storage.TrialState{}
	}
	for i := range n {
		b.fates[fmt.Sprintf("hash-%d", first+i)] = fate
	}
	return b
}

// heard spells the notices: "failed ring: reason".
func (b *backlog) heard() []string {
	var out []string
	for _, n := range b.notices {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s", n.Message.Event, n.Message.Experiment))+": "+n.Message.Reason)
	}
	return out
}

// counted are the counts of a sweep whose trials end in the same moment as its
// budget: those are seen together or not, a few either way of the 30 that it pays.
var counted = regexp.MustCompile(`(?:9[67]\d|98\d) trials left|\b(?:2[5-9]|3[0-5]) of 1000`)

func TestEachEventIsToldOnceToThoseWhoWantIt(t *testing.T) {
	minute := func(b *backlog) *backlog { b.wall, b.metered = 50*time.Second, true; return b }
	for _, c := range []struct {
		name string
		b    *backlog
		want []string
	}{
		{"a sweep that finishes", telling(8, sweeps.Events()...), []string{"finished: s is done: 8 of 8 trials finished"}},
		{"a sweep without trials", telling(0, sweeps.Finished), []string{"finished: s is done: 0 of 0 trials finished"}},
		{"finished is not wanted", telling(8, sweeps.Failed, sweeps.Diverged, sweeps.Spent), nil},
		{"nobody is told", newBacklog(8).ends(storage.Failed, 0, 2), nil},
		{"a first failure and those of the same ten minutes", telling(30, sweeps.Events()...).ends(storage.Failed, 0, 1).ends(storage.Failed, 20, 3), []string{
			"failed ring: 1 trial failed (ring: 1); `sweep logs s` says why",
			"finished: s is done: 26 of 30 trials finished, 4 failed"}},
		{"the last failures are told even where the end is not", telling(30, sweeps.Failed).ends(storage.Failed, 0, 1).ends(storage.Failed, 20, 3), []string{
			"failed ring: 1 trial failed (ring: 1); `sweep logs s` says why",
			"failed ring: 4 trials failed (ring: 4); `sweep logs s` says why"}},
		{"as many diverge as expected", telling(20, sweeps.Diverged).ends(storage.Diverged, 0, 4), nil},
		{"more diverge than expected", telling(20, sweeps.Diverged).ends(storage.Diverged, 0, 5), []string{
			"diverged ring: 5 of 20 trials of ring diverged, more than 20 %"}},
		{"the budget is nearly, then wholly spent", minute(telling(1000, sweeps.Spent, sweeps.Finished)), []string{
			"budget: 80 % of budget.max_wall (50s) is used, N trials left",
			"budget: budget.max_wall (50s) is spent, N trials left: raise it and submit s again to go on",
			"finished: s is cancelled: N of 1000 trials finished"}},
		{"a budget that is not spent", minute(telling(12, sweeps.Spent)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.b.run(t)
			got := c.b.heard()
			for i := range got {
				got[i] = counted.ReplaceAllStringFunc(got[i], func(s string) string { return "N" + strings.TrimLeft(s, "0123456789") })
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("told\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestANoticeSaysWhatReceiversArePromised(t *testing.T) {
	b := telling(8, sweeps.Finished).ends(storage.Diverged, 1, 1)
	b.run(t)
	if len(b.notices) != 1 {
		t.Fatalf("%d notices", len(b.notices))
	}
	n := b.notices[0]
	m := n.Message
	want := activities.MessageCounts{Trials: 8, Finished: 7, Diverged: 1}
	if n.Webhook != "lab" || m.Version != 1 || m.Sweep != "s" || m.State != storage.SweepDone || m.Counts != want || !strings.HasPrefix(m.ID, "msg_") || m.Time.IsZero() {
		t.Errorf("%+v", n)
	}
}

// TestManyFailuresAreSummedUpEveryTenMinutes lets a trial in three fail for
// hours.
func TestManyFailuresAreSummedUpEveryTenMinutes(t *testing.T) {
	b := telling(1500, sweeps.Failed)
	for i := 0; i < 1500; i += 3 {
		b.ends(storage.Failed, i, 1)
	}
	r := b.run(t)
	took := b.notices[len(b.notices)-1].Message.Time.Sub(b.notices[0].Message.Time)
	if most := int(took/(10*time.Minute)) + 2; r.Failed != 500 || len(b.notices) > most || len(b.notices) < most-2 {
		t.Errorf("%d notices within %v about %d failures", len(b.notices), took, r.Failed)
	}
	told := 0
	for i, n := range b.notices {
		last := i == len(b.notices)-1
		if n.Message.Counts.Failed <= told {
			t.Errorf("notice %d tells of %d failures, the one before of %d", i, n.Message.Counts.Failed, told)
		}
		if i > 0 && !last && n.Message.Time.Sub(b.notices[i-1].Message.Time) < 10*time.Minute {
			t.Errorf("notice %d comes %v after the one before", i, n.Message.Time.Sub(b.notices[i-1].Message.Time))
		}
		told = n.Message.Counts.Failed
	}
	if told != 500 {
		t.Errorf("%d failures were told of", told)
	}
}

func TestACancelledSweepSaysSo(t *testing.T) {
	b := telling(12, sweeps.Finished)
	b.update(t, workflows.CancelUpdate, 5*time.Second, func(err error) { must(t, err) })
	b.run(t)
	if got := b.heard(); len(got) != 1 || !strings.HasPrefix(got[0], "finished: s is cancelled: 0 of 12") {
		t.Errorf("%q", got)
	}
}

func TestAReceiverThatDoesNotAnswerDelaysNothing(t *testing.T) {
	quick, slow := telling(8, sweeps.Events()...), telling(8, sweeps.Events()...)
	slow.silent = true
	took := func(b *backlog) time.Duration {
		b.ends(storage.Failed, 0, 2)
		began := b.env.Now()
		b.run(t)
		return b.notices[len(b.notices)-1].Message.Time.Sub(began)
	}
	if a, b := took(quick), took(slow); a != b || len(slow.notices) != 2 {
		t.Errorf("%v with a quick receiver, %v with one that does not answer, %d notices", a, b, len(slow.notices))
	}
}

func TestNewsIsToldSoonWhileOtherTrialsTrain(t *testing.T) {
	b := telling(6, sweeps.Events()...).ends(storage.Failed, 0, 1)
	b.long = map[string]bool{}
	for i := range 5 {
		b.long[fmt.Sprintf("hash-%d", i+1)] = true
	}
	began := b.env.Now()
	b.run(t)
	if after := b.notices[0].Message.Time.Sub(began); len(b.notices) != 2 || after > 25*time.Second {
		t.Errorf("%d notices, the first after %v of trials that train for 10 s and an hour", len(b.notices), after)
	}
}

// TestNothingIsToldTwiceOverContinueAsNew cuts one sweep's life into runs of
// one dispatch each.
func TestNothingIsToldTwiceOverContinueAsNew(t *testing.T) {
	in := workflows.SweepInput{Sweep: "s"}
	var ids, heard []string
	failed, diverged, finished := 0, 0, 0
	for runs := 1; ; runs++ {
		b := telling(20, sweeps.Events()...)
		b.ended, b.finished = storage.Counts{Failed: failed, Diverged: diverged}, finished
		b.next = failed + diverged + finished
		b.ends(storage.Failed, 0, 1).ends(storage.Diverged, 1, 5)
		b.env.SetContinueAsNewSuggested(true)
		b.env.ExecuteWorkflow(workflows.Sweep, in)
		for _, n := range b.notices {
			ids = append(ids, n.Message.ID)
		}
		heard = append(heard, b.heard()...)
		failed, diverged, finished = b.ended.Failed, b.ended.Diverged, b.finished
		var again *workflow.ContinueAsNewError
		if err := b.env.GetWorkflowError(); !errors.As(err, &again) {
			must(t, err)
			if runs < 3 {
				t.Errorf("only %d runs", runs)
			}
			break
		}
		must(t, converterOf(again, &in))
	}
	want := []string{"failed ring: 1 trial failed (ring: 1); `sweep logs s` says why", "diverged ring: 5 of 20 trials of ring diverged, more than 20 %",
		"finished: s is done: 14 of 20 trials finished, 5 diverged, 1 failed"}
	slices.Sort(ids)
	if n := len(ids); len(slices.Compact(ids)) != n || n != 3 || !slices.Equal(heard, want) {
		t.Errorf("ids %q, told\n%s\nexpected\n%s", ids, strings.Join(heard, "\n"), strings.Join(want, "\n"))
	}
}

func TestANoticeIsTriedForADayAndRecordedOnce(t *testing.T) {
	for _, c := range []struct {
		name                string
		fail                func(try int) error
		tries, most, marked int
		ok                  bool
	}{
		{"delivered at once", func(int) error { return nil }, 1, 1, 1, true},
		{"delivered at the fourth try", func(try int) error {
			if try < 4 {
				return errors.New("the receiver answered 500")
			}
			return nil
		}, 4, 4, 1, true},
		{"never delivered", func(int) error { return errors.New("the receiver answered 500") }, 100, 200, 0, false},
		{"given up", func(int) error {
			return temporal.NewNonRetryableApplicationError("gone", activities.UndeliverableError, nil)
		}, 1, 1, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := newEnvironment()
			env.RegisterWorkflow(workflows.Notify)
			tries, marked := 0, 0
			n := activities.Notice{Webhook: "lab", Message: activities.Message{ID: "msg_1"}}
			env.OnActivity(acts.Deliver, mock.Anything, n).Return(func(context.Context, activities.Notice) error {
				tries++
				return c.fail(tries)
			})
			env.OnActivity(acts.Delivered, mock.Anything, n).Return(func(context.Context, activities.Notice) error {
				if marked++; marked == 1 {
					return errors.New("Postgres is away")
				}
				return nil
			})
			env.ExecuteWorkflow(workflows.Notify, n)
			if err := env.GetWorkflowError(); (err == nil) != c.ok {
				t.Errorf("ended with %v", err)
			}
			if tries < c.tries || tries > c.most || marked != 2*c.marked {
				t.Errorf("%d tries and %d marks, expected %d to %d and %d", tries, marked, c.tries, c.most, 2*c.marked)
			}
		})
	}
}
