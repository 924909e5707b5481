package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"sweep/storage"
	"sweep/sweeps"
)

// Notices keeps what is told and counts what there is to tell.
type Notices interface {
	PutNotice(ctx context.Context, n storage.Notice) (delivered bool, err error)
	MarkNotice(ctx context.Context, id, problem string) error
	Unwell(ctx context.Context, sweep string) ([]storage.Unwell, error)
}

// Webhooks posts a signed message to a webhook that it knows by name. An error
// that says Final() true need not be tried again. Errors hold no secret: they
// are stored and shown.
type Webhooks interface {
	Send(ctx context.Context, name, id string, at time.Time, body []byte) error
}

// Standing is what a sweep that tells somebody needs to know beside its counts.
type Standing struct {
	Notify sweeps.Notify
	Unwell []storage.Unwell // experiments with failed or diverged trials
}

// standing is nil for a sweep that tells nobody.
func (a *Activities) standing(ctx context.Context, spec *sweeps.Spec) (*Standing, error) {
	if spec.Notify.Webhook == "" {
		return nil, nil
	}
	unwell, err := a.Notices.Unwell(ctx, spec.Name)
	if err != nil {
		return nil, fmt.Errorf("count what went wrong in %s: %w", spec.Name, err)
	}
	return &Standing{Notify: spec.Notify, Unwell: unwell}, nil
}

// MessageVersion is the version of Message that is sent. Fields may be added
// to a version; a changed meaning is a new one.
const MessageVersion = 1

// Message is the body that receivers get (docs/notifications.md).
type Message struct {
	Version    int                `json:"version"`
	ID         string             `json:"id"` // the same however often it is sent
	Event      sweeps.Event       `json:"event"`
	Time       time.Time          `json:"time"` // of the event, UTC
	Sweep      string             `json:"sweep"`
	Experiment string             `json:"experiment"` // "" where it is about the sweep as a whole
	State      storage.SweepState `json:"state"`
	Reason     string             `json:"reason"` // one sentence for people
	Counts     MessageCounts      `json:"counts"`
}

// MessageCounts are the sweep's trials by state.
type MessageCounts struct {
	Trials     int `json:"trials"`
	Pending    int `json:"pending"`
	Dispatched int `json:"dispatched"`
	Running    int `json:"running"`
	Finished   int `json:"finished"`
	Diverged   int `json:"diverged"`
	Failed     int `json:"failed"`
	Cancelled  int `json:"cancelled"`
}

// NewMessageCounts spells counts for receivers.
func NewMessageCounts(c storage.Counts) MessageCounts {
	return MessageCounts{c.Total(), c.Pending, c.Dispatched, c.Running, c.Finished, c.Diverged, c.Failed, c.Cancelled}
}

// Notice is a message and the name of the webhook that gets it.
type Notice struct {
	Webhook string
	Message Message
}

// UndeliverableError is the type of errors after which a notice is given up.
const UndeliverableError = "undeliverable"

// Deliver sends a notice unless it was delivered before. A failure is recorded
// where `sweep status` finds it, and tried again by the caller's policy.
func (a *Activities) Deliver(ctx context.Context, n Notice) error {
	m := n.Message
	delivered, err := a.Notices.PutNotice(ctx, storage.Notice{
		ID: m.ID, Sweep: m.Sweep, Event: string(m.Event), Experiment: m.Experiment, Webhook: n.Webhook, Created: m.Time,
	})
	if err != nil {
		return fmt.Errorf("record notification %s: %w", m.ID, err)
	}
	if delivered {
		return nil
	}
	body, err := json.Marshal(m)
	if err != nil {
		return temporal.NewNonRetryableApplicationError("spell notification "+m.ID, UndeliverableError, err)
	}
	err = a.Webhooks.Send(ctx, n.Webhook, m.ID, time.Now(), body)
	if err == nil {
		return nil
	}
	if markErr := a.Notices.MarkNotice(ctx, m.ID, err.Error()); markErr != nil {
		activity.GetLogger(ctx).Warn("cannot record that a notification was not delivered", "id", m.ID, "error", markErr)
	}
	if final := (interface{ Final() bool })(nil); errors.As(err, &final) && final.Final() {
		return temporal.NewNonRetryableApplicationError(err.Error(), UndeliverableError, nil)
	}
	return fmt.Errorf("deliver notification %s: %w", m.ID, err)
}

// Delivered records that a notice reached its receiver. It is an activity of
// its own, so that a store that is away does not have the notice sent again.
func (a *Activities) Delivered(ctx context.Context, n Notice) error {
	if err := a.Notices.MarkNotice(ctx, n.Message.ID, ""); err != nil {
		return fmt.Errorf("record that notification %s was delivered: %w", n.Message.ID, err)
	}
	return nil
}
