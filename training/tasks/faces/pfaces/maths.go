package pfaces

import "math"

// mul is a product that is rounded before anything is added to it: Go may fuse
// what is not converted, and architectures differ in it. All products of floats
// in this package go through it; a test looks.
func mul(a, b float64) float64 { return float64(a * b) }

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b, t float64) float64 { return a + mul(b-a, t) }

// point is a place: x to the right, y down.
type point struct{ x, y float64 }

// between is mix of points.
func between(a, b point, t float64) point { return point{mix(a.x, b.x, t), mix(a.y, b.y, t)} }

// turn is the sine and cosine of a small angle in degrees, |angle| ≤ 45, by
// Taylor's series to the eighth power: math.Sincos is not the same everywhere.
func turn(degrees float64) (sin, cos float64) {
	x := mul(degrees, math.Pi/180)
	xx := mul(x, x)
	sin = mul(x, 1-mul(xx/6, 1-mul(xx/20, 1-xx/42)))
	cos = 1 - mul(xx/2, 1-mul(xx/12, 1-mul(xx/30, 1-xx/56)))
	return sin, cos
}

// unit is p−q scaled to length 1, and turned by a right angle: the normal of the
// piece from q to p. It is zero where the two agree.
func unit(q, p point) point {
	dx, dy := p.x-q.x, p.y-q.y
	length := math.Sqrt(mul(dx, dx) + mul(dy, dy))
	if length == 0 {
		return point{}
	}
	return point{-dy / length, dx / length}
}

// share is a value as a number from 0 to 1.
func share(v uint16) float64 { return float64(v) / 65536 }
