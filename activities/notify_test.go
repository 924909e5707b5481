package activities_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"sweep/activities"
	"sweep/internal/webhook"
	"sweep/storage"
	"sweep/sweeps"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is a real server behind the real sender; status is its answer.
type receiver struct {
	status int
	bodies []string
	ids    []string
}

func (w *world) receiver() *receiver {
	w.t.Helper()
	r := &receiver{status: http.StatusOK}
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			w.t.Error(err)
		}
		r.bodies, r.ids = append(r.bodies, string(body)), append(r.ids, in.Header.Get("webhook-id"))
		out.WriteHeader(r.status)
	}))
	w.t.Cleanup(s.Close)
	w.acts.Notices = w.store
	w.acts.Webhooks = webhook.New([]string{"SWEEP_WEBHOOK_LAB_URL=" + s.URL + "/s3cret", "SWEEP_WEBHOOK_LAB_SECRET=" + hookSecret}, webhook.Options{})
	return r
}

func theNotice() activities.Notice {
	return activities.Notice{Webhook: "lab", Message: activities.Message{
		Version: activities.MessageVersion, ID: "msg_0123456789abcdef_1", Event: sweeps.Failed, Time: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC),
		Sweep: "s", Experiment: "ring", State: storage.SweepRunning, Reason: "2 trials failed (ring: 2); `sweep logs s` says why",
		Counts: activities.NewMessageCounts(storage.Counts{Pending: 1, Dispatched: 2, Running: 3, Finished: 4, Diverged: 5, Failed: 6, Cancelled: 7}),
	}}
}

func (w *world) deliver(n activities.Notice) error {
	_, err := w.env().ExecuteActivity(w.acts.Deliver, n)
	return err
}

func (w *world) notice() storage.Notice {
	w.t.Helper()
	all, err := w.store.Notices(context.Background(), "s")
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// TestTheBodyIsAsPromised holds what receivers get against the example that
// docs/notifications.md shows them.
func TestTheBodyIsAsPromised(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1"))
	r := w.receiver()
	if err := w.deliver(theNotice()); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "notifications.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	var got, want any
	if err := json.Unmarshal([]byte(example), &want); err != nil {
		t.Fatalf("the documented example: %v", err)
	}
	if err := json.Unmarshal([]byte(r.bodies[0]), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("sent %s, %v; documented\n%s", r.bodies[0], err, example)
	}
	if r.ids[0] != theNotice().Message.ID {
		t.Errorf("under id %s", r.ids[0])
	}
}

func TestADeliveredNoticeIsNotSentAgain(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1"))
	r := w.receiver()
	for range 3 {
		if err := w.deliver(theNotice()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.env().ExecuteActivity(w.acts.Delivered, theNotice()); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.notice(); len(r.bodies) != 1 || n.Delivered == nil || n.Problem != "" {
		t.Errorf("sent %d times, kept %+v", len(r.bodies), n)
	}
}

func TestAFailureIsRecordedAndTheSameBytesAreSentAgain(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1"))
	r := w.receiver()
	r.status = http.StatusInternalServerError
	for try := 1; try <= 2; try++ {
		err := w.deliver(theNotice())
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.NonRetryable() || !strings.Contains(err.Error(), "answered 500") {
			t.Errorf("%v, expected an error to be retried", err)
		}
		if n := w.notice(); n.Tries != try || n.Delivered != nil || n.Problem != "webhook lab: the receiver answered 500" {
			t.Errorf("%+v", n)
		}
	}
	r.status = http.StatusNoContent
	if err := w.deliver(theNotice()); err != nil {
		t.Fatal(err)
	}
	if len(r.bodies) != 3 || r.bodies[0] != r.bodies[2] || r.ids[0] != r.ids[2] {
		t.Errorf("sent %q under %q", r.bodies, r.ids)
	}
}

func TestWhatCannotBeDeliveredIsSaidWithoutSecrets(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1"))
	r := w.receiver()
	other := theNotice()
	other.Webhook, other.Message.ID = "ops", "msg_2"
	err := w.deliver(other)
	if err == nil || !strings.Contains(err.Error(), "the worker does not have it (set SWEEP_WEBHOOK_OPS_URL and SWEEP_WEBHOOK_OPS_SECRET") {
		t.Errorf("an unknown webhook: %v", err)
	}
	if n := w.notice(); n.Tries != 1 || !strings.Contains(n.Problem, "does not have it") || len(r.bodies) != 0 {
		t.Errorf("%+v", n)
	}
	w = newWorld(t, noopSweep("steps: 1"))
	w.receiver().status = http.StatusGone
	err = w.deliver(theNotice())
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || !app.NonRetryable() || app.Type() != activities.UndeliverableError {
		t.Errorf("a receiver that is gone: %v, expected to be given up", err)
	}
	if text := err.Error() + w.notice().Problem; strings.Contains(text, "s3cret") || strings.Contains(text, "127.0.0.1") || strings.Contains(text, "MfKQ9") {
		t.Errorf("a secret is told: %s", text)
	}
}

func TestDispatchTellsOnlyWhoeverNotifiesHowItStands(t *testing.T) {
	for _, c := range []struct {
		notify string
		want   *activities.Standing
	}{
		{"", nil},
		{"notify: {webhook: lab, on: [failed]}\n", &activities.Standing{Notify: sweeps.Notify{Webhook: "lab", On: []sweeps.Event{sweeps.Failed}, DivergedShare: 0.2}}},
	} {
		w := newWorld(t, noopSweep("steps: 1")+c.notify)
		w.acts.Notices = w.store
		w.plan()
		got := w.dispatch()
		if !reflect.DeepEqual(got.Standing, c.want) || got.Ran == nil || *got.Ran <= 0 {
			t.Errorf("%q: %+v, ran %v; expected %+v", c.notify, got.Standing, got.Ran, c.want)
		}
	}
}

func TestASweepThatHasSpentItsBudgetStartsNoTrial(t *testing.T) {
	w := newWorld(t, noopSweep("steps: 1")+"budget: {max_wall: 1s}\n")
	w.plan()
	if got := w.dispatch(); len(got.Trials) != 1 || got.MaxWall != time.Second {
		t.Errorf("before: %+v", got)
	}
	w = newWorld(t, noopSweep("steps: 1")+"budget: {max_wall: 1s}\n")
	w.plan()
	time.Sleep(1100 * time.Millisecond)
	if got := w.dispatch(); len(got.Trials) != 0 || got.Counts.Pending != 1 || *got.Ran < time.Second {
		t.Errorf("after: %+v", got)
	}
}
