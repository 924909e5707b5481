package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"sweep/training"
)

// trainProgress shows one trial's progress on the error stream: one line that
// moves on a terminal, a line every ten seconds elsewhere.
type trainProgress struct {
	out    io.Writer
	tty    bool
	total  int64
	first  int64 // step of the first record
	began  time.Time
	shown  time.Time
	scores map[string]float64
	names  []string
}

func newTrainProgress(a *app, cfg training.Config) *trainProgress {
	p := &trainProgress{out: a.err, total: cfg.Steps(), first: -1, began: time.Now(), shown: time.Now(), scores: map[string]float64{}}
	if f, ok := a.err.(*os.File); ok {
		p.tty = term.IsTerminal(int(f.Fd()))
	}
	schema, _ := training.SchemaOf(cfg.Task)
	for _, m := range schema.Metrics {
		if len(p.names) < 4 {
			p.names = append(p.names, m.Name)
		}
	}
	return p
}

func (p *trainProgress) step(step int64, points []training.Point) {
	if p.first < 0 {
		p.first = step
	}
	for _, v := range points {
		p.scores[v.Metric] = v.Value
	}
	every := 10 * time.Second
	if p.tty {
		every = 200 * time.Millisecond
	}
	if time.Since(p.shown) < every && step != p.total {
		return
	}
	p.shown = time.Now()
	p.print(step)
}

func (p *trainProgress) print(step int64) {
	rate := float64(step-p.first) / max(time.Since(p.began).Seconds(), 1e-3)
	line := fmt.Sprintf("step %d/%d  %.0f steps/s", step, p.total, rate)
	if rate > 0 {
		line += "  " + (time.Duration(float64(p.total-step)/rate) * time.Second).String() + " left"
	}
	for _, n := range p.names {
		if v, ok := p.scores[n]; ok {
			line += fmt.Sprintf("  %s %.4g", n, v)
		}
	}
	if p.tty {
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.out, line)
}

func (p *trainProgress) end() {
	if p.tty {
		fmt.Fprintln(p.out)
	}
}
