package report

import (
	"fmt"
	"image"
	"strings"
)

// Strip is the source's figure for two-dimensional mixtures: for every row a
// density and a scatter, one column per epoch, true data in the last column.
// Without Density it is a sheet of scatters.
type Strip struct {
	Title   string   // what is fixed: "ring, z_dim=256, seed 1"
	Columns []string // headings: "epoch 5"
	Limit   float64  // axes run from -Limit to Limit, data units
	Density bool     // a density above each scatter
	Truth   bool     // a last column of true data
	Panel   int      // pixels of a panel's side
	Rows    []StripRow
}

// StripRow is one value of the contrast axis.
type StripRow struct {
	Label string
	Cells [][]Point // by column; nil where there are no samples
	Truth []Point   // nil when the trial has stored none
	Notes []string  // by column: what to show where there are no samples
}

// The strip's measures in pixels.
const (
	panelGap   = 8
	truthGap   = 22 // between the last epoch and the true data
	stripTop   = 66
	stripLeft  = 16
	stripRight = 18
	stripFoot  = 66
	labelSize  = 15.0
	smallSize  = 11.0
	labelMin   = 64.0
	labelMax   = 170.0
)

// PNG draws the strip.
func (s Strip) PNG() ([]byte, error) {
	label, err := s.labelWidth()
	if err != nil {
		return nil, err
	}
	left := stripLeft + int(label) + 12
	width := s.column(left, s.columns()-1) + s.Panel + stripRight
	height := stripTop + s.kinds()*len(s.Rows)*(s.Panel+panelGap) - panelGap + stripFoot
	c, err := newCanvas(width, height)
	if err != nil {
		return nil, err
	}
	c.text(s.Title, stripLeft, 26, 18, 0, ink)
	s.header(c, left)
	top := s.fullScale()
	for i, r := range s.Rows {
		y := stripTop + s.kinds()*i*(s.Panel+panelGap)
		s.label(c, r, y, label)
		for j := range s.Columns {
			s.stack(c, image.Pt(s.column(left, j), y), r.Cells[j], r.Notes[j], top)
		}
		if s.Truth {
			s.stack(c, image.Pt(s.column(left, len(s.Columns)), y), r.Truth, "not stored", top)
		}
	}
	s.footer(c, left, width, height)
	return c.png()
}

func (s Strip) columns() int {
	if s.Truth {
		return len(s.Columns) + 1
	}
	return len(s.Columns)
}

// kinds is the number of picture rows that a row has.
func (s Strip) kinds() int {
	if s.Density {
		return 2
	}
	return 1
}

// column is the x of a column; the one after the last heading is the true data's.
func (s Strip) column(left, j int) int {
	x := left + j*(s.Panel+panelGap)
	if j == len(s.Columns) {
		x += truthGap - panelGap
	}
	return x
}

func (s Strip) labelWidth() (float64, error) {
	c, err := newCanvas(1, 1)
	if err != nil {
		return 0, err
	}
	w := labelMin
	for _, r := range s.Rows {
		for _, word := range strings.Fields(r.Label) {
			w = max(w, c.width(word, labelSize))
		}
	}
	return min(w, labelMax), nil
}

func (s Strip) header(c *canvas, left int) {
	headings := s.Columns
	if s.Truth {
		headings = append(headings[:len(headings):len(headings)], "true data")
	}
	for j, h := range headings {
		h = c.cut(h, 14, float64(s.Panel))
		c.text(h, float64(s.column(left, j)+s.Panel/2), stripTop-10, 14, 0.5, ink)
	}
}

func (s Strip) label(c *canvas, r StripRow, y int, width float64) {
	kinds := []string{"density", "samples"}
	for i, kind := range kinds[2-s.kinds():] {
		lines := c.wrap(r.Label, labelSize, width)
		at := float64(y+i*(s.Panel+panelGap)+s.Panel/2) - float64(len(lines)-1)*9
		for _, l := range lines {
			c.text(l, stripLeft, at, labelSize, 0, ink)
			at += 18
		}
		c.text(kind, stripLeft, at, smallSize+1, 0, faint)
	}
}

// stack draws a density, if wanted, and below it the scatter of the same points.
func (s Strip) stack(c *canvas, at image.Point, points []Point, note string, top float64) {
	if s.Density {
		if s.framed(c, at, points, note) {
			drawDensity(c.img, at, estimate(points, s.Limit, s.Panel), top)
		}
		at = at.Add(image.Pt(0, s.Panel+panelGap))
	}
	if !s.framed(c, at, points, note) {
		return
	}
	drawPoints(c.img, at, points, s.Limit, s.Panel)
	if o := outside(points, s.Limit); o >= 0.005 {
		c.corner(fmt.Sprintf("%.0f %% outside", 100*o), at.Add(image.Pt(s.Panel, s.Panel)))
	}
}

// framed draws a panel's frame and, without points, the reason; it tells
// whether there are points to draw.
func (s Strip) framed(c *canvas, at image.Point, points []Point, note string) bool {
	r := image.Rectangle{Min: at, Max: at.Add(image.Pt(s.Panel, s.Panel))}
	c.outline(r, frame)
	if points != nil {
		return true
	}
	c.empty(r, note)
	return false
}

// fullScale is the density that has the darkest shade: the truth's highest, or
// without stored truth the highest of all panels.
func (s Strip) fullScale() float64 {
	top := 0.0
	if !s.Density {
		return top
	}
	for _, r := range s.Rows {
		top = max(top, estimate(r.Truth, s.Limit, s.Panel).peak())
	}
	if top > 0 {
		return top
	}
	for _, r := range s.Rows {
		for _, p := range r.Cells {
			top = max(top, estimate(p, s.Limit, s.Panel).peak())
		}
	}
	return top
}

func (s Strip) footer(c *canvas, left, width, height int) {
	limit := Number(s.Limit)
	for j := range s.columns() {
		x, y := float64(s.column(left, j)), float64(height-stripFoot+15)
		c.text("−"+limit, x, y, smallSize, 0, faint)
		c.text("0", x+float64(s.Panel)/2, y, smallSize, 0.5, faint)
		c.text(limit, x+float64(s.Panel), y, smallSize, 1, faint)
	}
	y := float64(height - 28)
	for _, l := range c.wrap(s.Caption(), smallSize+1, float64(width-stripLeft-stripRight)) {
		c.text(l, stripLeft, y, smallSize+1, 0, faint)
		y += 15
	}
}

// Caption says how the pictures were made.
func (s Strip) Caption() string {
	axes := "Axes ±" + Number(s.Limit) + "."
	if !s.Density {
		return axes
	}
	scale := "the true data's peak"
	if !s.Truth {
		scale = "the highest peak"
	}
	return fmt.Sprintf("Density: Gaussian kernel of fixed bandwidth h = %g, shade by the square root of the density, "+
		"one scale for all panels (darkest: %s). %s", Bandwidth, scale, axes)
}

// Alt describes the strip to those who cannot see it.
func (s Strip) Alt() string {
	var labels []string
	for _, r := range s.Rows {
		labels = append(labels, r.Label)
	}
	kind, truth := "scatter", ""
	if s.Density {
		kind = "density and scatter"
	}
	if s.Truth {
		truth = ", beside true data"
	}
	return fmt.Sprintf("%s: %s of generated points for %s at %s%s.",
		s.Title, kind, strings.Join(labels, ", "), strings.Join(s.Columns, ", "), truth)
}
