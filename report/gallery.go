package report

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
)

// Gallery is a figure of generated pictures: sheets of tiles side by side, one for
// each value of the contrast axis.
type Gallery struct {
	Title  string // what is fixed: "faces, seed 1"
	Sheets []Sheet
}

// Sheet is Rows×Columns tiles from Images, row by row; without pictures Note
// says why.
type Sheet struct {
	Label         string
	Rows, Columns int
	Images        Images
	Note          string
}

// The grid's measures in pixels.
const (
	tileLeast   = 40 // smaller pictures are enlarged by whole factors
	tileMost    = 64 // larger ones are shrunk
	gridEdge    = 16
	gridTop     = 66
	sheetGap    = 24
	sheetLabel  = 24 // above a sheet
	sheetsInRow = 2
	emptySheet  = 240
	gridColumns = 10 // of a gallery of samples, and its rows
)

// samplesSheet takes the first 100 pictures, ten in a row.
func samplesSheet(label string, images Images) Sheet {
	rows := min((images.N+gridColumns-1)/gridColumns, gridColumns)
	return Sheet{Label: label, Rows: rows, Columns: min(images.N, gridColumns), Images: images}
}

// tile is the side of a sheet's tiles in pixels.
func (s Sheet) tile() (w, h int) {
	side := max(s.Images.H, s.Images.W)
	if side == 0 {
		return 0, 0
	}
	factor := 1.0
	switch {
	case side < tileLeast:
		factor = math.Ceil(tileLeast / float64(side))
	case side > tileMost:
		factor = tileMost / float64(side)
	}
	return max(1, int(float64(s.Images.W)*factor)), max(1, int(float64(s.Images.H)*factor))
}

func (s Sheet) size() image.Point {
	if s.Images.N == 0 {
		return image.Pt(emptySheet, emptySheet)
	}
	w, h := s.tile()
	return image.Pt(s.Columns*w, s.Rows*h)
}

// PNG draws the grid.
func (g Gallery) PNG() ([]byte, error) {
	at, size := g.layout()
	c, err := newCanvas(size.X, size.Y)
	if err != nil {
		return nil, err
	}
	c.text(c.cut(g.Title, 18, float64(size.X-2*gridEdge)), gridEdge, 26, 18, 0, ink)
	for i, s := range g.Sheets {
		own := s.size()
		c.text(c.cut(s.Label, labelSize, float64(own.X)), float64(at[i].X), float64(at[i].Y-7), labelSize, 0, ink)
		if s.Images.N == 0 {
			c.empty(image.Rectangle{Min: at[i], Max: at[i].Add(own)}, s.Note)
			continue
		}
		s.draw(c.img, at[i])
	}
	return c.png()
}

// layout places the sheets, two in a row.
func (g Gallery) layout() (at []image.Point, size image.Point) {
	x, y, deep := gridEdge, gridTop, 0
	size.X = 420
	for i, s := range g.Sheets {
		if i > 0 && i%sheetsInRow == 0 {
			x, y, deep = gridEdge, y+deep+sheetGap+sheetLabel, 0
		}
		own := s.size()
		at = append(at, image.Pt(x, y))
		deep = max(deep, own.Y)
		x += own.X + sheetGap
		size.X = max(size.X, x-sheetGap+gridEdge)
	}
	size.Y = y + deep + gridEdge
	return at, size
}

// draw paints the tiles.
func (s Sheet) draw(img *image.RGBA, at image.Point) {
	w, h := s.tile()
	for i := range min(s.Images.N, s.Rows*s.Columns) {
		corner := at.Add(image.Pt(i%s.Columns*w, i/s.Columns*h))
		for y := range h {
			for x := range w {
				img.SetRGBA(corner.X+x, corner.Y+y, s.Images.patch(i, x, y, w, h))
			}
		}
	}
}

// patch is the mean colour of the part of picture i that pixel (x, y) of a w×h
// tile covers.
func (m Images) patch(i, x, y, w, h int) color.RGBA {
	x0, x1 := x*m.W/w, max((x+1)*m.W/w, x*m.W/w+1)
	y0, y1 := y*m.H/h, max((y+1)*m.H/h, y*m.H/h+1)
	var sum [3]float64
	for v := y0; v < y1; v++ {
		for u := x0; u < x1; u++ {
			for c := range sum {
				sum[c] += float64(m.Values[((i*m.H+v)*m.W+u)*m.C+min(c, m.C-1)])
			}
		}
	}
	n := float64((x1 - x0) * (y1 - y0))
	f := func(v float64) uint8 { return uint8(math.Round(255 * v / n)) }
	return color.RGBA{f(sum[0]), f(sum[1]), f(sum[2]), 255}
}

// Alt describes the grid to those who cannot see it.
func (g Gallery) Alt(what string) string {
	var parts []string
	for _, s := range g.Sheets {
		if s.Images.N == 0 {
			parts = append(parts, fmt.Sprintf("%s: %s", s.Label, s.Note))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s: %d×%d tiles", s.Label, s.Rows, s.Columns))
	}
	return fmt.Sprintf("%s: %s. %s.", g.Title, what, strings.Join(parts, "; "))
}
