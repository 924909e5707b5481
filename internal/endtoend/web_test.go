package endtoend_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// web serves the person's live page until the test ends, and returns its
// address and token.
func (p *person) web(args ...string) (address, token string) {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := p.command(ctx, append([]string{"web", "-o", "json"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		stop()
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			p.t.Errorf("sweep web: %v", err)
		}
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			p.t.Errorf("sweep web ended with %d after Ctrl-C", code)
		}
	})
	var said struct{ URL, Token string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&said); err != nil {
		p.t.Fatalf("sweep web says no address: %v", err)
	}
	return said.URL, said.Token
}

// watched is a person with a sweep that is done, one that runs on, and the live
// page.
func watched(t *testing.T) (p *person, site, done, running string) {
	p = newPerson(t)
	p.gets("submit", p.file("done.yaml", ring("done", 2, 400)), "--watch")
	p.gets("report", "done", "--out", p.file("report.html", ""))
	p.gets("submit", p.file("running.yaml", ring("running", 1, 5_000_000)))
	done = p.one("select trial_id from trials where sweep = 'done' and k = 5 and seed = (select min(seed) from trials where sweep = 'done')")
	eventually(t, time.Minute, "training starts", func() bool {
		return p.one("select count(*) from trials where sweep = 'running' and state = 'running' and step > 0") != "0"
	})
	running = p.one("select min(trial_id) from trials where sweep = 'running' and state = 'running' and step > 0")
	site, _ = p.web("--addr", "127.0.0.1:0")
	return p, site, done, running
}

func TestTheLivePageInARealBrowser(t *testing.T) {
	p, site, done, running := watched(t)
	b := newBrowser(t, site, 1200)

	t.Run("every page opens without a complaint", func(t *testing.T) {
		b.t = t
		for path, want := range map[string]string{
			"/": "Sweeps", "/sweeps/done": "done", "/sweeps/done/ring": "ring", "/trials/" + done: "k=5, seed", "/compare/done": "Compare", "/sql": "SQL",
		} {
			if h := b.visit(path); !strings.Contains(h, want) {
				t.Errorf("%s is headed %q, expected %q", path, h, want)
			}
			if path != "/sql" {
				b.until(path+" is live", `document.getElementById("state").textContent === "live"`)
			}
			b.fine(path)
		}
		b.visit("/reports/done")
		if text := value[string](b, `document.body.innerText`); !strings.Contains(text, "ring") {
			t.Errorf("the report does not tell of the experiment:\n%.300s", text)
		}
		b.fine("/reports/done")
	})

	t.Run("a trial's steps, charts and pictures come without a reload", func(t *testing.T) {
		b.t = t
		b.visit("/trials/" + running)
		value[bool](b, `window.marked = document.querySelector("progress").value; true`)
		b.until("a chart is drawn", `document.querySelector("[data-chart=modes_strict] canvas") !== null`)
		b.until("the step goes on by itself", `document.querySelector("progress").value > window.marked`)
		b.visit("/trials/" + running + "?metric=d_loss")
		b.until("the loss is drawn", `document.querySelector("[data-chart=d_loss] canvas") !== null`)
		b.fine("the running trial")
	})

	t.Run("a sweep's end is seen without a reload", func(t *testing.T) {
		b.t = t
		b.visit("/sweeps/running")
		value[bool](b, `window.marked = true`)
		b.until("it runs", `document.querySelector("[data-part=sweep-progress] .badge").textContent === "running"`)
		p.gets("cancel", "running")
		b.until("it is cancelled", `window.marked && document.querySelector("[data-part=sweep-progress] .badge").textContent === "cancelled"`)
		b.fine("the running sweep")
	})

	t.Run("the answer is the one of the command line", func(t *testing.T) {
		b.t = t
		b.visit("/compare/done")
		sentence := value[string](b, `document.querySelector(".answer p").textContent`)
		if said := p.gets("compare", "done"); !strings.Contains(strings.Join(strings.Fields(said), " "), strings.Join(strings.Fields(sentence), " ")) {
			t.Errorf("the page says %q, sweep compare says:\n%s", sentence, said)
		}
		b.fine("compare")
	})

	t.Run("a query is asked from the keyboard", func(t *testing.T) {
		b.t = t
		b.visit("/sql")
		b.does("to the query", chromedp.Focus(chromedp.CSS("#query")))
		b.presses("select count(*) as found, '<img src=x onerror=alert(1)>' as hostile from trials where sweep = 'done'")
		b.presses(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
		b.sees(".list tbody td")
		if cells := value[[]string](b, `[...document.querySelectorAll(".list tbody td")].map(c => c.textContent)`); fmt.Sprint(cells) != "[4 <img src=x onerror=alert(1)>]" {
			t.Errorf("the answer is %q", cells)
		}
		b.fine("SQL")
	})

	t.Run("a person with a keyboard alone gets everywhere", func(t *testing.T) { walk(t, b, done) })
	t.Run("nothing is wider than a telephone", func(t *testing.T) {
		b.t = t
		b.screen(400, 800, true)
		for _, path := range []string{"/", "/sweeps/done", "/sweeps/done/ring", "/trials/" + done, "/compare/done", "/sql"} {
			b.visit(path)
			if path == "/sweeps/done/ring" || strings.HasPrefix(path, "/trials/") {
				b.until("charts are drawn", `document.querySelector(".chart canvas") !== null`)
			}
			if wide := value[int](b, `document.documentElement.scrollWidth`); wide > 400 {
				t.Errorf("%s is %d pixels wide on a screen of 400; too wide: %s", path, wide,
					value[string](b, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 401 && !e.closest(".wide")).map(e => e.tagName + "." + e.className).slice(0, 5).join(" ")`))
			}
		}
		b.fine("narrow")
		b.screen(1200, 1000, false)
	})
	t.Run("it is dark where the reader wants it dark", func(t *testing.T) {
		b.t = t
		tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		b.visit("/")
		if c := value[string](b, `getComputedStyle(document.body).backgroundColor`); c != "rgb(22, 24, 27)" {
			t.Errorf("the background is %s", c)
		}
		tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	})
	t.Run("it can be read without script", func(t *testing.T) {
		b.t = t
		tell(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		b.does("read", chromedp.Navigate(site+"/sweeps/done/ring"))
		b.sees("svg.plot polyline")
		b.sees("#trials")
		b.does("choose a picture", chromedp.Navigate(site+"/trials/"+done+"?step=0"))
		b.sees(`.gallery img[src$="/samples/0"]`)
		b.fine("without script")
	})
}

// walk goes through the pages with Tab, Enter and the arrows.
func walk(t *testing.T, b *browser, trial string) {
	b.t = t
	focus := func() string {
		return value[string](b, `document.activeElement.tagName + " " + (document.activeElement.getAttribute("href") || document.activeElement.name || document.activeElement.type || "")`)
	}
	b.visit("/")
	b.presses(kb.Tab)
	if f := focus(); f != "A #main" {
		t.Errorf("the first stop is %q, expected the link that skips the navigation", f)
	}
	b.presses(kb.Enter)
	b.until("the content has the focus", `document.activeElement.id === "main"`)
	stops := 0
	for ; stops < 10 && focus() != "A /sweeps/done"; stops++ {
		b.presses(kb.Tab)
	}
	if ring := value[string](b, `getComputedStyle(document.activeElement).outlineStyle`); ring != "solid" {
		t.Errorf("the focus is not to be seen: outline %s", ring)
	}
	b.presses(kb.Enter)
	b.sees(`a[href="/sweeps/done/ring"]`)

	b.visit("/trials/" + trial)
	b.until("the slider is there", `!document.querySelector(".slider").hidden`)
	before := value[string](b, `document.querySelector(".gallery img").src`)
	b.does("to the slider", chromedp.Focus(chromedp.CSS(".slider input")))
	b.presses(kb.ArrowLeft)
	b.until("another picture", fmt.Sprintf(`document.querySelector(".gallery img").src !== %q`, before))
	b.until("it is drawn", `document.querySelector(".gallery img").complete && document.querySelector(".gallery img").naturalWidth > 100`)
	if text := value[string](b, `document.querySelector(".slider input").getAttribute("aria-valuetext")`); !strings.HasPrefix(text, "step ") {
		t.Errorf("the slider says %q", text)
	}
	b.fine("keyboard")
}

func TestElsewhereThePageAsksForItsToken(t *testing.T) {
	p := newPerson(t)
	site, token := p.web("--addr", "0.0.0.0:0")
	if len(token) < 32 {
		t.Fatalf("the printed token is %q", token)
	}
	r, err := http.Get(site + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the token: %s", r.Status)
	}
	b := newBrowser(t, site, 1200)
	b.allowed = []int64{http.StatusUnauthorized}
	if h := b.visit("/sql"); h != "Log in" {
		t.Fatalf("without the token the page is headed %q", h)
	}
	field := chromedp.CSS("input[name=token]")
	b.does("a wrong token", chromedp.SendKeys(field, "something else"+kb.Enter))
	b.sees("[role=alert]")
	b.does("the right one", chromedp.SendKeys(field, token+kb.Enter))
	b.sees("#query")
	if c := value[string](b, `document.cookie`); c != "" {
		t.Errorf("script sees the cookie %q", c)
	}
	if h := b.visit("/"); h != "Sweeps" {
		t.Errorf("after logging in the first page is headed %q", h)
	}
	b.until("the stream takes the cookie", `document.getElementById("state").textContent === "live"`)
	b.does("log out", chromedp.Click(chromedp.CSS("form[action='/logout'] button")))
	b.sees("input[name=token]")
	b.fine("the token's pages")
}
