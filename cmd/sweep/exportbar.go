package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// exportBar shows on a terminal how far an export is; nil shows nothing. It
// appears with the first progress, so that what is quick stays quiet.
type exportBar struct {
	what  string
	unit  string // of what show counts
	group *mpb.Progress
	bar   *mpb.Bar
	rows  atomic.Int64
}

func (a *app) newExportBar(what string) *exportBar {
	if !live(a.err) || live(a.out) { // rows on the terminal are progress enough
		return nil
	}
	return &exportBar{what: what, unit: "rows", group: mpb.New(mpb.WithOutput(a.err), mpb.WithRefreshRate(200*time.Millisecond))}
}

func (b *exportBar) show(done, total int, rows int64) {
	if b == nil || total == 0 {
		return
	}
	b.rows.Store(rows)
	if b.bar == nil {
		style := mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]")
		text := decor.Any(func(decor.Statistics) string { return fmt.Sprintf(" %d %s", b.rows.Load(), b.unit) })
		b.bar = b.group.New(int64(total), style, mpb.BarWidth(30), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(b.what+" "), decor.Percentage(decor.WC{W: 5})), mpb.AppendDecorators(text))
	}
	b.bar.SetCurrent(int64(done))
}

// close takes the bar away, however far it came.
func (b *exportBar) close() {
	if b == nil || b.bar == nil {
		return
	}
	b.bar.Abort(true)
	b.group.Wait()
}
