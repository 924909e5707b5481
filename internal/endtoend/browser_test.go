package endtoend_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a real headless Chromium that writes down whatever goes wrong in
// it: exceptions, console errors (a broken content policy is one), answers that
// are not 2xx, and requests to anywhere but the page's own server.
type browser struct {
	t    *testing.T
	ctx  context.Context
	site string

	mu      sync.Mutex
	wrong   []string
	allowed []int64 // statuses that the test provokes
}

// chromium finds the program; scripts/deps installs it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
				return filepath.Join(dir, name)
			}
		}
	}
	t.Fatal("no Chromium here; `make test-deps` installs it")
	return ""
}

// newBrowser opens a window of the given width for the site at an address.
func newBrowser(t *testing.T, site string, width int64) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(int(width), 1000))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	b := &browser{t: t, ctx: ctx, site: site}
	t.Cleanup(func() {
		b.t = t
		b.fine("at the end")
		cancel()
		stop()
	})
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	tell(b, network.Enable, network.EnableParams{})
	tell(b, cdplog.Enable, cdp.Empty{})
	b.screen(width, 1000, false)
	return b
}

// tell sends the browser a command.
func tell[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 40*time.Second)
	defer cancel()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
}

func (b *browser) screen(width, height int64, mobile bool) {
	b.t.Helper()
	tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: mobile})
}

func (b *browser) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.note(fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.note(fmt.Sprintf("console %s: %s", e.Type, e.Args[0].Value))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError && !b.provoked(e.Entry.Text) {
			b.note("log: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && !strings.HasPrefix(e.Request.URL, b.site) {
			b.note("request to elsewhere: " + e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !slices.Contains(b.allowed, e.Response.Status) {
			b.note(fmt.Sprintf("%d for %s", e.Response.Status, e.Response.URL))
		}
	}
}

// provoked tells whether a log entry is about a status that the test wants.
func (b *browser) provoked(text string) bool {
	return slices.ContainsFunc(b.allowed, func(status int64) bool { return strings.Contains(text, fmt.Sprintf("status of %d", status)) })
}

func (b *browser) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, what)
}

// fine fails the test if anything went wrong so far.
func (b *browser) fine(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.t.Errorf("%s: %s", where, w)
	}
	b.wrong = nil
}

// does runs actions, each step of a person at the browser.
func (b *browser) does(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 40*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		page, _ := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("body")))
		b.t.Fatalf("%s: %v\nthe page says:\n%.1500s", what, err, page)
	}
}

// visit opens a page of the site and returns its heading.
func (b *browser) visit(path string) string {
	b.t.Helper()
	b.does("visit "+path, chromedp.Navigate(b.site+path), chromedp.WaitVisible(chromedp.CSS("h1")))
	return value[string](b, `document.querySelector("h1").textContent`)
}

// presses types keys where the focus is.
func (b *browser) presses(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.does("press "+keys, chromedp.KeyEvent(keys, options...))
}

// sees waits until an element is visible.
func (b *browser) sees(css string) {
	b.t.Helper()
	b.does("see "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// value evaluates an expression in the page.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 40*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	eventually(b.t, 40*time.Second, what, func() bool { return value[bool](b, expression) })
}
