package sweeps

import (
	"slices"

	"sweep/training"
)

// Event is something that a sweep may tell about.
type Event string

// The events of a sweep.
const (
	Finished Event = "finished" // it is over: done or cancelled
	Failed   Event = "failed"   // trials failed
	Diverged Event = "diverged" // more of an experiment's trials diverged than expected
	Spent    Event = "budget"   // 80 % and all of budget.max_wall
)

// Events lists every event, in the order of the documentation.
func Events() []Event { return []Event{Finished, Failed, Diverged, Spent} }

// Notify says whom a sweep tells of what. It never touches a trial's identity.
// A webhook is named; its address and secret are known to workers only.
type Notify struct {
	Webhook       string  // [a-z0-9][a-z0-9-]{0,62}; "" tells nobody
	On            []Event // at least one where Webhook is set; all where the file says nothing
	DivergedShare float64 // of an experiment's trials, above 0 to 1; 0.2 where the file says nothing
}

// Wants tells whether an event is to be told.
func (n Notify) Wants(e Event) bool { return n.Webhook != "" && slices.Contains(n.On, e) }

// notify reads whom the sweep tells of what.
func (r *report) notify(n *node) Notify {
	if n == nil || !r.keys(n, []string{"webhook", "on", "diverged_share"}) {
		return Notify{}
	}
	out := Notify{Webhook: r.webhook(r.need(n, "webhook")), On: Events(), DivergedShare: 0.2}
	if on := n.get("on"); on != nil {
		out.On = r.events(on)
	}
	if s := n.get("diverged_share"); s != nil {
		out.DivergedShare = r.share(s, out.DivergedShare)
		if len(out.On) > 0 && !slices.Contains(out.On, Diverged) {
			r.atKey(s, "has no meaning where on does not list %s", Diverged)
		}
	}
	return out
}

// webhook reads a name. Whoever writes an address is told where it belongs,
// without repeating it: an address may be a secret.
func (r *report) webhook(n *node) string {
	if r.is(n, scalar) && !nameForm.MatchString(n.text) {
		r.at(n, "expected a webhook's name (1 to 63 of a-z, 0-9 and -), such as lab: its address and secret are in the workers' environment, SWEEP_WEBHOOK_LAB_URL and SWEEP_WEBHOOK_LAB_SECRET")
		return ""
	}
	return r.name(n)
}

func (r *report) events(n *node) []Event {
	if !r.is(n, list) {
		return Events()
	}
	if len(n.items) == 0 {
		r.at(n, "is empty, one event is needed")
	}
	words := make([]string, 0, len(Events()))
	for _, e := range Events() {
		words = append(words, string(e))
	}
	var out []Event
	for _, item := range n.items {
		switch {
		case r.full():
			return out
		case !r.is(item, scalar) || !r.brief(item):
		case !slices.Contains(words, item.text):
			r.at(item, "unknown event %s%s", show(item.text), oneOf(item.text, words))
		case slices.Contains(out, Event(item.text)):
			r.at(item, "%s is given twice", item.text)
		default:
			out = append(out, Event(item.text))
		}
	}
	return out
}

// share reads a part of a whole, above 0 to 1.
func (r *report) share(n *node, def float64) float64 {
	if !r.is(n, scalar) || !r.brief(n) {
		return def
	}
	v, err := training.Float.Convert(n.text)
	switch {
	case err != nil:
		r.at(n, "%v", err)
	case !(v.Float() > 0 && v.Float() <= 1):
		r.at(n, "%s is not a share: above 0, at most 1", show(n.text))
	default:
		return v.Float()
	}
	return def
}
