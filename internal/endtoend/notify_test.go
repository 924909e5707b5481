package endtoend_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	hookToken  = "t0ken-in-the-address" // must be seen nowhere
	hookSecret = "whsec_bm90aWZpY2F0aW9ucyBhcmUgc2lnbmVkIQ=="
)

// told is one message that a receiver accepted.
type told struct {
	ID, Event, Sweep, Experiment, State, Reason string
	Version                                     int
	Time                                        time.Time
	Counts                                      map[string]int
}

// hook is a receiver as the documentation tells people to write one. It turns
// the first message away.
type hook struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	refused []string // ids
	got     []told
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{t: t}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

// ServeHTTP verifies and keeps a message.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || !signed(r.Header, body) {
		h.t.Errorf("a message that does not verify: %v %q %v", err, body, r.Header)
	}
	var m told
	if err := json.Unmarshal(body, &m); err != nil || m.ID != r.Header.Get("webhook-id") || m.Version != 1 {
		h.t.Errorf("a message that cannot be read: %v %q", err, body)
	}
	if len(h.refused) == 0 {
		h.refused = append(h.refused, m.ID)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.got = append(h.got, m)
}

// signed is the rule of Standard Webhooks, written from its text.
func signed(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	seconds, timeErr := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || timeErr != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, h.Get("webhook-id")+"."+h.Get("webhook-timestamp")+"."+string(body))
	return slices.Contains(strings.Fields(h.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func (h *hook) messages() []told {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

func (h *hook) environ() []string {
	return []string{"SWEEP_WEBHOOK_LAB_URL=" + h.URL + "/" + hookToken, "SWEEP_WEBHOOK_LAB_SECRET=" + hookSecret}
}

// TestASweepTellsItsWebhookEachEventOnce kills the worker between the first
// message and the others. With -update its histories are kept for the replay
// test, as TestRecordHistories does.
func TestASweepTellsItsWebhookEachEventOnce(t *testing.T) {
	h := newHook(t)
	p := newPerson(t, h.environ()...)
	said := p.types("submit", p.file("loud.yaml", `version: 1
name: loud
notify: {webhook: lab, on: [finished, failed, diverged]}
experiments:
  - {name: dud, task: noop, seeds: 3, parameters: {steps: 3, diverge_at: 2}}
  - {name: slow, task: noop, seeds: 2, parameters: {steps: 6000, delay_ms: 20}, retry: {infra: {max: 0}}}
`), "--heartbeat-timeout", "4s")
	if said.code != 0 || strings.Contains(said.err, "webhook") {
		t.Fatalf("%+v", said)
	}
	eventually(t, 2*time.Minute, "the first message arrives", func() bool { return len(h.messages()) == 1 })
	eventually(t, time.Minute, "a slow trial trains", func() bool {
		return p.one("select count(*) from trials where experiment = 'slow' and state = 'running'") == "2"
	})
	murder(t, p, "worker") // its trials may not be tried again: they fail
	p.types("watch", "loud")
	eventually(t, time.Minute, "every message arrives", func() bool { return len(h.messages()) >= 3 })
	eventually(t, time.Minute, "every delivery is recorded", func() bool {
		return strings.Contains(p.gets("status", "loud"), "notifications: webhook lab is told of finished, failed, diverged; 3 delivered, 0 not")
	})
	var events, ids []string
	for _, m := range h.messages() {
		events, ids = append(events, strings.TrimSpace(m.Event+" "+m.Experiment)), append(ids, m.ID)
		if m.Sweep != "loud" || m.Reason == "" || time.Since(m.Time) > 10*time.Minute {
			t.Errorf("%+v", m)
		}
		if m.Event == "finished" && (m.State != "done" || m.Counts["trials"] != 5 || m.Counts["diverged"] != 3 || m.Counts["failed"] != 2) {
			t.Errorf("the last word: %+v", m)
		}
	}
	if slices.Sort(events); !slices.Equal(events, []string{"diverged dud", "failed slow", "finished"}) {
		t.Errorf("told of %q", events)
	}
	if ids[0] != h.refused[0] {
		t.Errorf("the message that was turned away as %s came again as %s", h.refused[0], ids[0])
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 3 {
		t.Errorf("ids %q", ids)
	}
	c := p.temporal()
	defer c.Close()
	keepHistory(t, c, "sweep/loud", "sweep-loud")
	keepHistory(t, c, "notify/loud/"+h.refused[0], "notify-refused")
	nowhere(t, p.home, hookToken, strings.TrimPrefix(hookSecret, "whsec_"))
}

// nowhere looks for secrets in every file of a home: databases, histories, logs.
func nowhere(t *testing.T, home string, secrets ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // services come and go
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		files++
		for _, s := range secrets {
			if bytes.Contains(data, []byte(s)) {
				t.Errorf("%s holds a webhook's secret", path)
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}

// TestASpentBudgetStopsASweepUntilItIsRaised also has a webhook that no worker
// knows: that is told, and stops nothing.
func TestASpentBudgetStopsASweepUntilItIsRaised(t *testing.T) {
	p := newPerson(t)
	file := func(wall string) string {
		return p.file("late.yaml", `version: 1
name: late
notify: {webhook: lab-2}
budget: {max_wall: `+wall+`}
experiments:
  - {name: slow, task: noop, seeds: 2, parameters: {steps: 400, delay_ms: 20}, checkpoint: {every: {steps: 10}}}
`)
	}
	said := p.types("submit", file("3s"))
	if said.code != 0 || !strings.Contains(said.err, "webhook lab-2: no worker has it (set SWEEP_WEBHOOK_LAB_2_URL and SWEEP_WEBHOOK_LAB_2_SECRET") {
		t.Errorf("submit says\n%s%s", said.out, said.err)
	}
	if out := p.gets("watch", "late"); !strings.Contains(out, "late is budget spent: 0 of 2 trials finished, 2 cancelled") {
		t.Errorf("watch says\n%s", out)
	}
	eventually(t, time.Minute, "the notifications are tried", func() bool {
		out := p.gets("status", "late")
		return strings.Contains(out, "budget: max_wall (3s) is spent") && strings.Contains(out, "0 delivered, 3 not") &&
			strings.Contains(out, "not delivered: budget, 1 try: webhook lab-2: the worker does not have it")
	})
	if again := p.types("submit", file("3s")); again.code != 2 || !strings.Contains(again.err, "late has spent its budget") {
		t.Errorf("submitting again: %+v", again)
	}
	if out := p.gets("submit", file("1h"), "--watch"); !strings.Contains(out, "late is done: 2 of 2 trials finished") {
		t.Errorf("with a larger budget:\n%s", out)
	}
	if n := p.one("select count(*) from attempts where from_step > 0 and outcome = 'finished'"); n != "2" {
		t.Errorf("%s trials went on from their checkpoints, expected 2", n)
	}
}
