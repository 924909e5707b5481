package report

import (
	"image"
	"image/color"
	"math"
)

// greens are ColorBrewer's nine-class sequential greens, light to dark; the
// first is white so that an empty plane looks empty.
var greens = [...]color.RGBA{
	{255, 255, 255, 255}, {229, 245, 224, 255}, {199, 233, 192, 255}, {161, 217, 155, 255}, {116, 196, 118, 255},
	{65, 171, 93, 255}, {35, 139, 69, 255}, {0, 109, 44, 255}, {0, 68, 27, 255},
}

// levels is the number of shades, as in the source's figures.
const levels = 30

// shade turns a share of full scale in [0, 1] into one of 30 greens.
func shade(share float64) color.RGBA {
	level := math.Round(min(max(share, 0), 1) * levels)
	at := level / levels * float64(len(greens)-1)
	i := min(int(at), len(greens)-2)
	return mix(greens[i], greens[i+1], at-float64(i))
}

func mix(a, b color.RGBA, t float64) color.RGBA {
	f := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*t)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), 255}
}

// drawDensity paints a density into a square at a place. Full scale is top; the
// shade goes with the square root of the density, so that a thin cloud over the
// whole plane stays visible beside sharp modes.
func drawDensity(img *image.RGBA, at image.Point, d density, top float64) {
	for y := range d.size {
		for x := range d.size {
			img.SetRGBA(at.X+x, at.Y+y, shade(math.Sqrt(d.values[y*d.size+x]/max(top, math.SmallestNonzeroFloat64))))
		}
	}
}

// pointBlue is the scatter's colour.
var pointBlue = color.RGBA{31, 87, 200, 255}

// drawPoints paints points as dots of about two pixels that darken where they
// overlap.
func drawPoints(img *image.RGBA, at image.Point, points []Point, limit float64, size int) {
	cover := make([]float64, size*size)
	scale := float64(size) / (2 * limit)
	for _, p := range points {
		x, y := pixel(p, limit, scale)
		splat(cover, size, x, y, 2)
	}
	for y := range size {
		for x := range size {
			if c := cover[y*size+x]; c > 0 {
				img.SetRGBA(at.X+x, at.Y+y, mix(greens[0], pointBlue, 1-math.Exp(-c)))
			}
		}
	}
}

// outside is the share of points that a square of ±limit does not show.
func outside(points []Point, limit float64) float64 {
	n := 0
	for _, p := range points {
		if !(math.Abs(float64(p.X)) <= limit && math.Abs(float64(p.Y)) <= limit) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(points)))
}
