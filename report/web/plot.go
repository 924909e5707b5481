package web

import (
	"fmt"
	"math"
	"strings"

	"sweep/report"
)

// plot is a chart drawn by the server, for readers without script.
type plot struct {
	Metric, Alt    string
	Width, Height  float64
	Left, Right    float64
	Top, Bottom    float64
	XTicks, YTicks []tick
	Lines          []plotLine
}

type tick struct {
	At    float64
	Label string
}

type plotLine struct{ Class, Points string }

// maxThin is how many trials' curves the server draws beside the means.
const maxThin = 20

// plot draws a chart; nil when there is nothing to draw.
func (c *chart) plot() *plot {
	p := &plot{Metric: c.Metric, Width: 760, Height: 320, Left: 56, Right: 732, Top: 10, Bottom: 276}
	shown := c.Series
	if len(shown) > maxThin {
		shown = c.main()
	}
	x, y := c.ranges(shown)
	if x.low > x.high || y.low > y.high {
		return nil
	}
	x.from, x.to, y.from, y.to = p.Left, p.Right, p.Bottom, p.Top
	p.XTicks, p.YTicks = x.widened(0).ticks(8), y.widened(0.05).ticks(6)
	for _, s := range shown {
		for _, points := range segments(c.Xs[s.X], s.Y, x.widened(0), y.widened(0.05)) {
			p.Lines = append(p.Lines, plotLine{classOf(s), points})
		}
	}
	p.Alt = fmt.Sprintf("%s over outer steps 0 to %s: %s. The numbers are in the table below.", c.Metric, report.Number(x.high), count(len(c.Series), "curve"))
	return p
}

// classOf is a curve's colour and weight.
func classOf(s series) string {
	weight := "thin"
	if s.Mean {
		weight = "thick"
	}
	return fmt.Sprintf("%s c%d", weight, max(0, s.Cell)%8)
}

// scale maps numbers to pixels.
type scale struct{ low, high, from, to float64 }

func (c *chart) ranges(shown []series) (x, y scale) {
	x, y = scale{low: math.Inf(1), high: math.Inf(-1)}, scale{low: math.Inf(1), high: math.Inf(-1)}
	for _, s := range shown {
		for i, v := range s.Y {
			if finite(v) {
				step := float64(c.Xs[s.X][i])
				x.low, x.high, y.low, y.high = min(x.low, step), max(x.high, step), min(y.low, v), max(y.high, v)
			}
		}
	}
	return x, y
}

// widened leaves a margin at both ends; a range of one number becomes one wide.
func (s scale) widened(margin float64) scale {
	if s.low == s.high {
		s.low, s.high = s.low-0.5, s.high+0.5
	}
	by := margin * (s.high - s.low)
	s.low, s.high = s.low-by, s.high+by
	return s
}

func (s scale) at(v float64) float64 {
	return round(s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from))
}

// ticks are at multiples of 1, 2 or 5 times a power of ten, about n of them.
func (s scale) ticks(n int) (out []tick) {
	if span := s.high - s.low; !(span > 0) || !finite(span) {
		return nil
	}
	raw := (s.high - s.low) / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if unit*m >= raw {
			unit *= m
			break
		}
	}
	for i := math.Ceil(s.low / unit); i*unit <= s.high && len(out) < 20; i++ {
		v := i * unit
		out = append(out, tick{s.at(v), tickLabel(v)})
	}
	return out
}

func tickLabel(v float64) string {
	if v == 0 {
		return "0" // never -0
	}
	if math.Abs(v) >= 10000 {
		return report.Number(v/1000) + "k"
	}
	return report.Number(v)
}

// segments spells a curve as polylines, broken where a value is not finite.
func segments(steps []int64, values []float64, x, y scale) (out []string) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
		}
		b.Reset()
	}
	for i, v := range values {
		if !finite(v) {
			flush()
			continue
		}
		fmt.Fprintf(&b, "%g,%g ", x.at(float64(steps[i])), y.at(v))
	}
	flush()
	return out
}

func round(v float64) float64 { return math.Round(v*10) / 10 }
