package chart

// Rows is a chart of one row per thing: a dot for each run, an estimate and its
// interval. With a Reference of 0 it is a forest plot of differences.
type Rows struct {
	Title     string
	XLabel    string
	Reference *Reference
	Rows      []Row
}

// Row is one thing. What is nil or not finite is not drawn.
type Row struct {
	Label  string
	Note   string // numbers in words, at the right
	Tint   int
	Strong bool // filled mark and thick interval: what was planned
	Dots   []Dot
	Center *float64
	Low    *float64
	High   *float64
}

// Dot is one run.
type Dot struct {
	Value float64
	Title string
}

// The rows' measures in pixels.
const (
	rowsWidth  = 640.0
	rowHeight  = 48.0
	rowsTop    = 10.0
	rowsFoot   = 42.0
	rowsLeft   = 12.0
	rowsRight  = 628.0
	markAt     = 34.0 // below a row's top; its words are above
	labelRunes = 62
)

// rowsView is the chart's geometry.
type rowsView struct {
	Width, Height, Left, Right, Top, Bottom float64
	XLabel, Alt                             string
	XTicks                                  []tick
	Reference                               *tick
	Rows                                    []rowView
}

type rowView struct {
	Label, Full, Note, Class string
	Strong                   bool
	Y, TextY                 float64
	Dots                     []dotView
	Center, Low, High        *float64
}

type dotView struct {
	X, Y  float64
	Title string
}

func (r Rows) view(alt string) rowsView {
	x := r.scale()
	v := rowsView{Width: rowsWidth, Left: rowsLeft, Right: rowsRight, Top: rowsTop, XLabel: r.XLabel, Alt: alt, XTicks: x.ticks()}
	v.Bottom = rowsTop + rowHeight*float64(len(r.Rows))
	v.Height = v.Bottom + rowsFoot
	if r.Reference != nil {
		v.Reference = &tick{x.at(r.Reference.Value), r.Reference.Label}
	}
	for i, row := range r.Rows {
		v.Rows = append(v.Rows, row.view(rowsTop+rowHeight*float64(i), x))
	}
	return v
}

func (r Rows) scale() axis {
	b := newBounds()
	if r.Reference != nil {
		b.add(r.Reference.Value)
	}
	for _, row := range r.Rows {
		for _, d := range row.Dots {
			b.add(d.Value)
		}
		for _, v := range []*float64{row.Center, row.Low, row.High} {
			if v != nil {
				b.add(*v)
			}
		}
	}
	x := axis{from: rowsLeft, to: rowsRight}
	x.low, x.high = b.widened(0.04)
	return x
}

func (row Row) view(top float64, x axis) rowView {
	v := rowView{Label: cut(row.Label), Full: row.Label, Note: row.Note, Class: Class(row.Tint), Strong: row.Strong, Y: top + markAt, TextY: top + 16}
	seen := map[float64]int{}
	for _, d := range row.Dots {
		if !finite(d.Value) {
			continue
		}
		at := x.at(d.Value)
		v.Dots = append(v.Dots, dotView{at, round(v.Y + stack(seen[at])), d.Title})
		seen[at]++
	}
	v.Center, v.Low, v.High = place(row.Center, x), place(row.Low, x), place(row.High, x)
	if v.Low == nil || v.High == nil {
		v.Low, v.High = nil, nil
	}
	return v
}

func place(v *float64, x axis) *float64 {
	if v == nil || !finite(*v) {
		return nil
	}
	at := x.at(*v)
	return &at
}

// stack is the height of the n-th dot at one place: 0, -5, 5, -10, …, kept
// within the row.
func stack(n int) float64 {
	level := float64((n+1)/2) * 5
	if n%2 == 1 {
		level = -level
	}
	return min(max(level, -12), 12)
}

func cut(s string) string {
	if r := []rune(s); len(r) > labelRunes {
		return string(r[:labelRunes-1]) + "…"
	}
	return s
}
