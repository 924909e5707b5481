package main

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"sweep/storage"
)

// screen shows progress; bars and lines are its two forms.
type screen interface {
	show(p storage.SweepProgress, pace *pace, now time.Time)
	wait(reason string) // the store is away
	close()
}

// bars is the live form for terminals: one bar per experiment and a line for
// the sweep below.
type bars struct {
	group  *mpb.Progress
	bars   map[string]*bar
	footer *bar
}

// bar is one line whose text is replaced from outside.
type bar struct {
	*mpb.Bar
	text atomic.Pointer[string]
}

func newBars(out io.Writer) *bars {
	return &bars{group: mpb.New(mpb.WithOutput(out), mpb.ForceAutoRefresh(), mpb.WithRefreshRate(200*time.Millisecond)), bars: map[string]*bar{}}
}

func (b *bars) add(style mpb.BarFillerBuilder, priority int, options ...mpb.BarOption) *bar {
	n := &bar{}
	blank := ""
	n.text.Store(&blank)
	text := decor.Any(func(decor.Statistics) string { return *n.text.Load() })
	options = append(options, mpb.BarPriority(priority), mpb.BarWidth(30), mpb.AppendDecorators(text))
	n.Bar = b.group.New(0, style, options...)
	return n
}

func (b *bars) show(p storage.SweepProgress, pace *pace, now time.Time) {
	for i, e := range p.Experiments {
		n := b.bars[e.Name]
		if n == nil {
			style := mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]")
			n = b.add(style, i, mpb.PrependDecorators(decor.Name(e.Name+" ", decor.WCSyncWidthR), decor.Percentage(decor.WC{W: 5})))
			b.bars[e.Name] = n
		}
		text := " " + pace.describe(e)
		n.text.Store(&text)
		n.SetTotal(max(1, e.StepsTotal), false)
		n.SetCurrent(min(e.StepsDone, max(1, e.StepsTotal)))
		if over(e) {
			n.SetCurrent(max(1, e.StepsTotal))
		}
	}
	b.say(pace.footer(p, now))
}

func (b *bars) wait(reason string) { b.say(reason) }

func (b *bars) say(line string) {
	if b.footer == nil {
		b.footer = b.add(mpb.NopStyle(), 1<<20)
	}
	b.footer.text.Store(&line)
}

// close leaves the last picture standing.
func (b *bars) close() {
	for _, n := range b.bars {
		n.Abort(false)
	}
	if b.footer != nil {
		b.footer.Abort(false)
	}
	b.group.Wait()
}
