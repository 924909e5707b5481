package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// canvas is a white picture with text in pixels from the top left. Fonts are
// built in, so a picture has the same bytes on every machine.
type canvas struct {
	img    *image.RGBA
	vg     *vgimg.Canvas
	height int
	fonts  *font.Cache
}

var (
	ink   = color.RGBA{34, 34, 34, 255}
	faint = color.RGBA{118, 118, 118, 255}
	frame = color.RGBA{190, 190, 190, 255}
	blank = color.RGBA{243, 243, 243, 255}
)

// newCanvas makes a white canvas; at 72 dots per inch a point is a pixel.
func newCanvas(width, height int) (*canvas, error) {
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(width), vg.Length(height)), vgimg.UseDPI(72))
	img, ok := c.Image().(*image.RGBA)
	if !ok {
		return nil, fmt.Errorf("draw: canvas is a %T, expected RGBA", c.Image())
	}
	return &canvas{img: img, vg: c, height: height, fonts: font.NewCache(liberation.Collection())}, nil
}

func (c *canvas) face(size float64) font.Face {
	return c.fonts.Lookup(font.Font{Variant: "Sans"}, vg.Length(size))
}

// width measures a text in pixels.
func (c *canvas) width(s string, size float64) float64 {
	f := c.face(size)
	return f.Width(s).Points()
}

// text writes a line whose baseline is at y; align 0 starts at x, 0.5 centres,
// 1 ends at x.
func (c *canvas) text(s string, x, y, size, align float64, ink color.Color) {
	c.vg.SetColor(ink)
	x -= align * c.width(s, size)
	c.vg.FillString(c.face(size), vg.Point{X: vg.Length(x), Y: vg.Length(float64(c.height) - y)}, s)
}

// corner writes a small note on white into the lower right of a panel whose
// lower right corner is at.
func (c *canvas) corner(s string, at image.Point) {
	w := int(c.width(s, smallSize))
	c.fill(image.Rect(at.X-w-10, at.Y-18, at.X, at.Y), greens[0])
	c.text(s, float64(at.X-5), float64(at.Y-6), smallSize, 1, faint)
}

// fill paints a rectangle.
func (c *canvas) fill(r image.Rectangle, ink color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c.img.SetRGBA(x, y, ink)
		}
	}
}

// outline draws a frame of one pixel just outside a rectangle.
func (c *canvas) outline(r image.Rectangle, ink color.RGBA) {
	o := r.Inset(-1)
	c.fill(image.Rect(o.Min.X, o.Min.Y, o.Max.X, o.Min.Y+1), ink)
	c.fill(image.Rect(o.Min.X, o.Max.Y-1, o.Max.X, o.Max.Y), ink)
	c.fill(image.Rect(o.Min.X, o.Min.Y, o.Min.X+1, o.Max.Y), ink)
	c.fill(image.Rect(o.Max.X-1, o.Min.Y, o.Max.X, o.Max.Y), ink)
}

// wrap breaks a text at spaces into lines no wider than width; a single word
// that is wider is cut with an ellipsis.
func (c *canvas) wrap(s string, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		word = c.cut(word, size, width)
		if line != "" && c.width(line+" "+word, size) > width {
			lines = append(lines, line)
			line = word
			continue
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

func (c *canvas) cut(word string, size, width float64) string {
	if c.width(word, size) <= width {
		return word
	}
	runes := []rune(word)
	for len(runes) > 1 && c.width(string(runes)+"…", size) > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// empty paints a panel without data and says why, in its middle.
func (c *canvas) empty(r image.Rectangle, note string) {
	c.fill(r, blank)
	lines := c.wrap(note, smallSize, float64(r.Dx()-12))
	y := float64(r.Min.Y+r.Dy()/2+4) - float64(len(lines)-1)*7
	for _, l := range lines {
		c.text(l, float64(r.Min.X+r.Dx()/2), y, smallSize, 0.5, faint)
		y += 14
	}
}

func (c *canvas) png() ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&b, fewColours(c.img)); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return b.Bytes(), nil
}
