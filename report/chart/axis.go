package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// axis maps data to pixels.
type axis struct {
	low, high float64 // data
	from, to  float64 // pixels
}

func (a axis) at(v float64) float64 {
	return round(a.from + (v-a.low)/(a.high-a.low)*(a.to-a.from))
}

// tick is a labelled place on an axis, in pixels.
type tick struct {
	At    float64
	Label string
}

// ticks are at multiples of 1, 2 or 5 times a power of ten, four to eight of
// them.
func (a axis) ticks() []tick {
	step := math.Pow(10, math.Floor(math.Log10(a.high-a.low)))
	for _, smaller := range []float64{0.5, 0.2, 0.1} {
		if (a.high-a.low)/step >= 4 {
			break
		}
		step = smaller * math.Pow(10, math.Floor(math.Log10(a.high-a.low)))
	}
	var out []tick
	for i := math.Ceil(a.low / step); i*step <= a.high && len(out) < maxTicks; i++ {
		v := i * step
		if v == 0 {
			v = 0 // not minus zero
		}
		out = append(out, tick{a.at(v), label(v)})
	}
	return out
}

// maxTicks bounds an axis whose ends rounding has made odd.
const maxTicks = 20

// label writes an axis value: thousands as k from 10,000 upwards.
func label(v float64) string {
	if math.Abs(v) >= 10000 && v == math.Trunc(v) {
		return strconv.FormatFloat(v/1000, 'g', 6, 64) + "k"
	}
	s := strconv.FormatFloat(v, 'g', 4, 64)
	return strings.Replace(strings.Replace(s, "e-0", "e-", 1), "e+0", "e", 1)
}

// bounds gathers the range of finite values.
type bounds struct{ low, high float64 }

func newBounds() bounds { return bounds{math.Inf(1), math.Inf(-1)} }

func (b *bounds) add(values ...float64) {
	for _, v := range values {
		if finite(v) {
			b.low, b.high = min(b.low, v), max(b.high, v)
		}
	}
}

// widened leaves a margin (a share of the range) on both sides; an empty or
// flat range becomes one wide.
func (b bounds) widened(margin float64) (low, high float64) {
	switch {
	case b.low > b.high:
		return 0, 1
	case b.low == b.high:
		return b.low - 0.5, b.high + 0.5
	}
	room := (b.high - b.low) * margin
	return b.low - room, b.high + room
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// round keeps tenths of a pixel, so that pages stay small and equal.
func round(v float64) float64 { return math.Round(v*10) / 10 }

// path writes coordinates for polylines and polygons.
type path struct{ b strings.Builder }

func (p *path) add(x, y float64) {
	if p.b.Len() > 0 {
		p.b.WriteByte(' ')
	}
	fmt.Fprintf(&p.b, "%g,%g", x, y)
}

func (p *path) empty() bool { return p.b.Len() == 0 }

// take gives the coordinates so far and begins anew.
func (p *path) take() string {
	s := p.b.String()
	p.b.Reset()
	return s
}
