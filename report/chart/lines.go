package chart

// Lines is one or more panels of lines on one scale.
type Lines struct {
	Title     string
	XLabel    string
	YRange    *[2]float64 // fixed; nil fits the values
	Reference *Reference  // a level drawn across every panel
	Steps     bool        // a value holds until the next one (counts, profiles)
	Panels    []Panel
}

// Reference is a value to hold others against, e.g. that of true data.
type Reference struct {
	Value float64
	Label string
}

// Panel is one chart: what is equal in it stands in its title.
type Panel struct {
	Title  string
	Series []Series
}

// Series is one colour of a panel. Lines are broken at values that are not
// finite; a band spans only places where both its ends are.
type Series struct {
	Name string
	Tint int // see Class
	Main []XY
	Band []Range
	Thin [][]XY // single runs
}

// XY is a point in data units.
type XY struct{ X, Y float64 }

// Range is an interval at a place, data units.
type Range struct{ X, Low, High float64 }

// A panel's measures in pixels.
const (
	panelWidth  = 440.0
	panelHeight = 270.0
	panelLeft   = 54.0
	panelRight  = 18.0
	labelRoom   = 44.0 // right of the lines when they are labelled there
	panelTop    = 30.0
	panelBottom = 46.0
	labelStep   = 14.0
)

// panelView is a panel's geometry.
type panelView struct {
	Width, Height, Left, Right, Top, Bottom float64
	Title, XLabel, Alt                      string
	KeyFrom, KeyTo                          float64 // the reference's key, above the lines
	XTicks, YTicks                          []tick
	Reference                               *tick
	Bands, Thin, Thick                      []stroke
	Names                                   []name
}

// stroke is one polyline or polygon.
type stroke struct{ Class, Points string }

// name labels a line at its end.
type name struct {
	Class, Text string
	Y           float64
}

// views lays the panels out.
func (l Lines) views(alt string) []panelView {
	x, y := l.scales()
	out := make([]panelView, len(l.Panels))
	for i, p := range l.Panels {
		v := panelView{Width: panelWidth, Height: panelHeight, Left: x.from, Right: x.to, Top: y.to, Bottom: y.from,
			Title: p.Title, XLabel: l.XLabel, Alt: join(p.Title, alt), XTicks: x.ticks(), YTicks: y.ticks()}
		if l.Reference != nil {
			v.Reference = &tick{y.at(l.Reference.Value), l.Reference.Label}
			v.KeyTo = panelWidth - panelRight - 6.5*float64(len([]rune(l.Reference.Label)))
			v.KeyFrom = v.KeyTo - 22
		}
		for _, s := range p.Series {
			v.draw(s, x, y, l.Steps)
		}
		if l.named() {
			v.Names = ends(p.Series, y)
		}
		out[i] = v
	}
	return out
}

func join(title, alt string) string {
	if title == "" {
		return alt
	}
	return title + ": " + alt
}

func (l Lines) scales() (x, y axis) {
	bx, by := newBounds(), newBounds()
	for _, p := range l.Panels {
		for _, s := range p.Series {
			for _, run := range append([][]XY{s.Main}, s.Thin...) {
				for _, q := range run {
					bx.add(q.X)
					by.add(q.Y)
				}
			}
			for _, r := range s.Band {
				by.add(r.Low, r.High)
			}
		}
	}
	if l.Reference != nil {
		by.add(l.Reference.Value)
	}
	x = axis{from: panelLeft, to: panelWidth - panelRight}
	if l.named() {
		x.to -= labelRoom
	}
	y = axis{from: panelHeight - panelBottom, to: panelTop}
	x.low, x.high = bx.widened(0)
	if y.low, y.high = by.widened(0.06); l.YRange != nil {
		y.low, y.high = l.YRange[0], l.YRange[1]
	}
	return x, y
}

// named tells whether lines are labelled at their ends: when all names are short.
func (l Lines) named() bool {
	for _, p := range l.Panels {
		if len(p.Series) > 6 {
			return false
		}
		for _, s := range p.Series {
			if len([]rune(s.Name)) > 6 {
				return false
			}
		}
	}
	return true
}

func (v *panelView) draw(s Series, x, y axis, steps bool) {
	class := Class(s.Tint)
	v.Bands = append(v.Bands, bands(class, s.Band, x, y, steps)...)
	for _, run := range s.Thin {
		v.Thin = append(v.Thin, strokes(class, run, x, y, steps)...)
	}
	v.Thick = append(v.Thick, strokes(class, s.Main, x, y, steps)...)
}

// strokes draws a line, broken where values are not finite.
func strokes(class string, run []XY, x, y axis, steps bool) (out []stroke) {
	var p path
	flush := func() {
		if !p.empty() {
			out = append(out, stroke{class, p.take()})
		}
	}
	last := 0.0
	for _, q := range run {
		if !finite(q.Y) {
			flush()
			continue
		}
		if steps && !p.empty() {
			p.add(x.at(q.X), last)
		}
		last = y.at(q.Y)
		p.add(x.at(q.X), last)
	}
	flush()
	return out
}

// bands draws the area between the ends of intervals.
func bands(class string, band []Range, x, y axis, steps bool) (out []stroke) {
	var run []Range
	flush := func() {
		if len(run) > 1 {
			out = append(out, stroke{class, outline(run, x, y, steps)})
		}
		run = run[:0]
	}
	for _, r := range band {
		if finite(r.Low) && finite(r.High) {
			run = append(run, r)
			continue
		}
		flush()
	}
	flush()
	return out
}

// outline goes along the upper ends and back along the lower.
func outline(run []Range, x, y axis, steps bool) string {
	var p path
	for i, r := range run {
		if steps && i > 0 {
			p.add(x.at(r.X), y.at(run[i-1].High))
		}
		p.add(x.at(r.X), y.at(r.High))
	}
	for i := len(run) - 1; i >= 0; i-- {
		p.add(x.at(run[i].X), y.at(run[i].Low))
		if steps && i > 0 {
			p.add(x.at(run[i].X), y.at(run[i-1].Low))
		}
	}
	return p.take()
}
