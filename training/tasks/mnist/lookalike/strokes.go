package lookalike

import "math"

// point is a place in the box in which a digit is written: x to the right, y
// down, both 0 to 1.
type point struct{ x, y float64 }

// line is a stroke: straight pieces from point to point.
type line []point

// strokes writes a digit.
func strokes(digit int) []line {
	switch digit {
	case 0:
		return []line{arc(0.5, 0.5, 0.3, 0.45, 0, 1)}
	case 1:
		return []line{{{0.35, 0.2}, {0.55, 0.05}, {0.55, 0.95}}}
	case 2:
		return []line{append(arc(0.5, 0.3, 0.28, 0.25, 0.5, 1.1), point{0.2, 0.95}, point{0.8, 0.95})}
	case 3:
		return []line{arc(0.45, 0.28, 0.3, 0.23, 0.55, 1.25), arc(0.45, 0.72, 0.33, 0.23, -0.25, 0.45)}
	case 4:
		return []line{{{0.6, 0.95}, {0.6, 0.05}, {0.2, 0.65}, {0.85, 0.65}}}
	case 5:
		return []line{append(line{{0.78, 0.06}, {0.3, 0.06}, {0.27, 0.45}}, arc(0.45, 0.67, 0.33, 0.27, -0.3, 0.42)...)}
	case 6:
		return []line{{{0.65, 0.04}, {0.35, 0.35}, {0.24, 0.7}}, arc(0.5, 0.71, 0.27, 0.24, 0, 1)}
	case 7:
		return []line{{{0.2, 0.07}, {0.8, 0.07}, {0.42, 0.95}}}
	case 8:
		return []line{arc(0.5, 0.28, 0.23, 0.22, 0, 1), arc(0.5, 0.73, 0.28, 0.23, 0, 1)}
	default:
		return []line{arc(0.5, 0.3, 0.26, 0.25, 0, 1), {{0.76, 0.3}, {0.72, 0.65}, {0.55, 0.96}}}
	}
}

// arc is a piece of an ellipse from turn a to turn b, clockwise from the right.
func arc(cx, cy, rx, ry, a, b float64) line {
	const pieces = 12
	out := make(line, pieces+1)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * (a + (b-a)*float64(i)/pieces))
		out[i] = point{cx + rx*cos, cy + ry*sin}
	}
	return out
}

// distance of p from the piece between a and b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}
