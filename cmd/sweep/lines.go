package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sweep/storage"
)

// lines is the form of progress for files and pipes: a line per experiment and
// one for the sweep, whenever trials settled, and from time to time in between.
type lines struct {
	out   io.Writer
	calm  time.Duration // the longest silence
	began time.Time
	shown time.Time
	state string // what the last lines stood for
}

// newLines stays silent for at most twenty readings.
func newLines(out io.Writer, every time.Duration) *lines {
	return &lines{out: out, calm: 20 * every, began: time.Now()}
}

func (l *lines) show(p storage.SweepProgress, pace *pace, now time.Time) {
	c, _, _ := sums(p)
	state := fmt.Sprint(p.State, c.Settled(), c.Total())
	if state == l.state && now.Sub(l.shown) < l.calm {
		return
	}
	l.state, l.shown = state, now
	if len(p.Experiments) == 0 {
		l.print(now, p.Name+"  planning")
		return
	}
	for _, e := range p.Experiments {
		share := ""
		if !over(e) {
			share = percent(e.StepsDone, e.StepsTotal) + "  "
		}
		l.print(now, fmt.Sprintf("%s/%s  %s%s", p.Name, e.Name, share, pace.describe(e)))
	}
	l.print(now, pace.footer(p, now))
}

// wait says once that the store is away.
func (l *lines) wait(reason string) {
	now := time.Now()
	if l.state == reason && now.Sub(l.shown) < l.calm {
		return
	}
	l.state, l.shown = reason, now
	l.print(now, reason)
}

func (l *lines) print(now time.Time, text string) {
	fmt.Fprintf(l.out, "[%6s] %s\n", now.Sub(l.began).Round(time.Second), strings.TrimSpace(text))
}

func (l *lines) close() {}
