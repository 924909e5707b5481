package pfaces

// pieces is how many straight pieces stand for a curve, at every size.
const pieces = 8

// frame says where a shape's coordinates lie on the picture: hundredths of its
// side, turned and moved.
type frame struct {
	sin, cos float64
	x, y     float64
}

func (f frame) place(p point) point {
	return point{f.x + (mul(f.cos, p.x) - mul(f.sin, p.y)), f.y + (mul(f.sin, p.x) + mul(f.cos, p.y))}
}

// path is a line of straight pieces that begins at its first point.
type path []point

func from(x, y float64) path { return path{{x, y}} }

func (p path) line(x, y float64) path { return append(p, point{x, y}) }

// curve adds a cubic Bézier curve with two handles.
func (p path) curve(ax, ay, bx, by, x, y float64) path {
	o, a, b, e := p[len(p)-1], point{ax, ay}, point{bx, by}, point{x, y}
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		oa, ab, be := between(o, a, t), between(a, b, t), between(b, e, t)
		p = append(p, between(between(oa, ab, t), between(ab, be, t), t))
	}
	return p
}

// bow adds a quadratic curve with one handle.
func (p path) bow(ax, ay, x, y float64) path {
	o, a, e := p[len(p)-1], point{ax, ay}, point{x, y}
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		p = append(p, between(between(o, a, t), between(a, e, t), t))
	}
	return p
}

// round is the handle's length of a quarter circle of radius 1.
const round = 0.5523

// oval is an ellipse; handle is round, or more for a squarer one.
func oval(x, y, rx, ry, handle float64) path {
	hx, hy := mul(rx, handle), mul(ry, handle)
	return from(x-rx, y).
		curve(x-rx, y-hy, x-hx, y-ry, x, y-ry).curve(x+hx, y-ry, x+rx, y-hy, x+rx, y).
		curve(x+rx, y+hy, x+hx, y+ry, x, y+ry).curve(x-hx, y+ry, x-rx, y+hy, x-rx, y)
}

// mirrored is the path with left and right exchanged where side is −1.
func (p path) mirrored(side float64) path {
	out := make(path, len(p))
	for i, q := range p {
		out[i] = point{mul(side, q.x), q.y}
	}
	return out
}

// moved is the path somewhere else.
func (p path) moved(x, y float64) path {
	out := make(path, len(p))
	for i, q := range p {
		out[i] = point{q.x + x, q.y + y}
	}
	return out
}
