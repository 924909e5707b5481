package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
)

// axisLine maps data to pixels along one axis of a chart.
type axisLine struct {
	low, high float64 // data
	from, to  float64 // pixels
}

func (a axisLine) at(v float64) float64 {
	return a.from + (v-a.low)/(a.high-a.low)*(a.to-a.from)
}

// tick is a labelled place on an axis, in pixels.
type tick struct {
	At    float64
	Label string
}

// ticks are gonum's major ticks.
func (a axisLine) ticks() []tick {
	var out []tick
	for _, t := range (plot.DefaultTicks{}).Ticks(a.low, a.high) {
		if !t.IsMinor() && t.Value >= a.low && t.Value <= a.high {
			out = append(out, tick{round(a.at(t.Value)), compact(t.Value)})
		}
	}
	return out
}

// compact writes an axis value: thousands as k.
func compact(v float64) string {
	if math.Abs(v) >= 10000 && v == math.Trunc(v) {
		return Number(v/1000) + "k"
	}
	return Number(v)
}

// span widens a range of values by a margin; an empty or flat one becomes one
// wide.
func span(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	switch {
	case low > high:
		return 0, 1
	case low == high:
		return low - 0.5, high + 0.5
	}
	margin := (high - low) * 0.06
	return low - margin, high + margin
}

// round keeps tenths of a pixel, so that pages stay small and equal.
func round(v float64) float64 { return math.Round(v*10) / 10 }

// polyline writes coordinates for an SVG polyline.
type polyline struct{ b strings.Builder }

func (p *polyline) add(x, y float64) {
	if p.b.Len() > 0 {
		p.b.WriteByte(' ')
	}
	fmt.Fprintf(&p.b, "%g,%g", round(x), round(y))
}
