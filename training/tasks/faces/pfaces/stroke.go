package pfaces

// normals are the path's at each of its points: the mean of those of the pieces
// that meet there, as long as a piece's where they agree and shorter at corners.
func (p path) normals(closed bool) []point {
	n := len(p)
	out := make([]point, n)
	for i := range p {
		before, after := max(i-1, 0), min(i+1, n-1)
		if closed {
			before, after = (i+n-1)%n, (i+1)%n
		}
		a, b := unit(p[before], p[i]), unit(p[i], p[after])
		out[i] = point{(a.x + b.x) / 2, (a.y + b.y) / 2}
		if !closed && (i == 0 || i == n-1) {
			out[i] = point{a.x + b.x, a.y + b.y}
		}
	}
	return out
}

// shifted is the path moved along its normals.
func (p path) shifted(normals []point, by func(i int) float64) path {
	out := make(path, len(p))
	for i, q := range p {
		out[i] = point{q.x + mul(normals[i].x, by(i)), q.y + mul(normals[i].y, by(i))}
	}
	return out
}

func (p path) reversed() path {
	out := make(path, len(p))
	for i, q := range p {
		out[len(p)-1-i] = q
	}
	return out
}

// stroke is the area of a line of some width along an open path; tapered, its
// ends are a third as wide.
func (p path) stroke(width float64, tapered bool) path {
	half := func(i int) float64 {
		if !tapered {
			return width / 2
		}
		t := float64(i) / float64(len(p)-1)
		return mul(width/2, mix(1.0/3, 1, mul(4, mul(t, 1-t))))
	}
	n := p.normals(false)
	left := p.shifted(n, half)
	right := p.shifted(n, func(i int) float64 { return -half(i) })
	return append(left, right.reversed()...)
}

// ring is the area of a line along a closed path: its outside and its inside,
// which goes round the other way.
func (p path) ring(width float64) []path {
	if p[0] == p[len(p)-1] {
		p = p[:len(p)-1]
	}
	n := p.normals(true)
	return []path{p.shifted(n, func(int) float64 { return width / 2 }),
		p.shifted(n, func(int) float64 { return -width / 2 }).reversed()}
}
