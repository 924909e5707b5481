package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sweep/internal/webhook"
	"sweep/storage"
	"sweep/sweeps"
)

// notifyView is whom a sweep tells, and how that went.
type notifyView struct {
	Webhook   string         `json:"webhook"`
	On        []sweeps.Event `json:"on"`
	Problem   string         `json:"problem"` // why nothing can be delivered now, "" where it can
	Delivered int            `json:"delivered"`
	Waiting   []noticeView   `json:"waiting"` // not delivered
}

// noticeView is a notification that has not been delivered.
type noticeView struct {
	ID         string    `json:"id"`
	Event      string    `json:"event"`
	Experiment string    `json:"experiment"`
	Created    time.Time `json:"created"`
	Tries      int       `json:"tries"`
	Problem    string    `json:"problem"` // of the last try
}

// notify tells whom a sweep tells; nil for one that tells nobody.
func (s *services) notify(ctx context.Context, sw storage.Sweep) (*notifyView, error) {
	spec, err := sweeps.Parse(sw.File, sw.Text)
	if err != nil || spec.Notify.Webhook == "" {
		return nil, nil // a file that an older version took is no reason to show nothing else
	}
	v := &notifyView{Webhook: spec.Notify.Webhook, On: spec.Notify.On, Waiting: []noticeView{}}
	if v.Problem, err = s.missingWebhook(ctx, spec.Notify.Webhook); err != nil {
		return nil, err
	}
	all, err := s.metrics.Notices(ctx, sw.Name)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if n.Delivered != nil {
			v.Delivered++
			continue
		}
		v.Waiting = append(v.Waiting, noticeView{n.ID, n.Event, n.Experiment, n.Created, n.Tries, n.Problem})
	}
	return v, nil
}

// missingWebhook says in one line that no worker has the webhook; "" when one
// has it, or when no worker is there to be asked.
func (s *services) missingWebhook(ctx context.Context, name string) (string, error) {
	names, workers, err := s.metrics.Webhooks(ctx)
	if err != nil || workers == 0 || slices.Contains(names, name) {
		return "", err
	}
	address, secret := webhook.Variables(name)
	return fmt.Sprintf("webhook %s: no worker has it (set %s and %s where workers start; a local stack takes them at `sweep up`); the sweep trains all the same", name, address, secret), nil
}

// warnWebhook tells whoever submits a sweep that nobody would be told. A stack
// that was started for this very command has a moment to bring its worker up.
func (s *services) warnWebhook(ctx context.Context, name string) (string, error) {
	for end := time.Now().Add(5 * time.Second); ; {
		problem, err := s.missingWebhook(ctx, name)
		if err != nil || problem != "" {
			return problem, err
		}
		if _, workers, err := s.metrics.Webhooks(ctx); err != nil || workers > 0 || time.Now().After(end) {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// lines spells it for people; nothing for a sweep that tells nobody.
func (v *notifyView) lines() string {
	if v == nil {
		return ""
	}
	words := make([]string, len(v.On))
	for i, e := range v.On {
		words[i] = string(e)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "notifications: webhook %s is told of %s; %d delivered, %d not\n", v.Webhook, strings.Join(words, ", "), v.Delivered, len(v.Waiting))
	if v.Problem != "" {
		fmt.Fprintf(&b, "  %s\n", v.Problem)
	}
	const shown = 5
	for _, n := range v.Waiting[:min(shown, len(v.Waiting))] {
		fmt.Fprintf(&b, "  not delivered: %s, %s", strings.TrimSpace(n.Event+" "+n.Experiment), tried(n))
		b.WriteString("\n")
	}
	return b.String()
}

func tried(n noticeView) string {
	if n.Tries == 0 {
		return "not tried yet"
	}
	times := "1 try"
	if n.Tries > 1 {
		times = fmt.Sprintf("%d tries", n.Tries)
	}
	return times + ": " + oneLine(n.Problem)
}
