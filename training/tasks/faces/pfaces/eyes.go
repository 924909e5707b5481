package pfaces

// eyeAt is where an eye's middle lies.
func (f *face) eyeAt(side float64) point { return point{mul(side, mul(0.48, f.half)), 3} }

const eyeHalf = 8.6 // half the width of an eye

func (f *face) eyes() {
	iris := hue(f.Values[IrisHue], 104, 190)
	gaze := mix(-3.6, 3.6, share(f.Values[GazeX]))
	for _, side := range []float64{-1, 1} {
		at := f.eyeAt(side)
		shape, lid := f.eye(side)
		f.head.fill(white|0xFFFFFF, shape.moved(at.x, at.y))
		f.head.inEye(outline, oval(at.x+gaze, at.y, 5.7, 8.3, round))
		f.head.inEye(iris, oval(at.x+gaze, at.y, 5.0, 7.6, round))
		f.head.inEye(0x140A14, oval(at.x+gaze, at.y+0.4, 2.0, 3.2, round))
		f.head.inEye(0xFFFFFF, oval(at.x+gaze-1.8, at.y-2.4, 1.5, 1.8, round))
		f.head.fill(outline, shape.moved(at.x, at.y).ring(0.6)...)
		f.head.fill(outline, lid.moved(at.x, at.y).stroke(2.4, true))
	}
}

// eye is the shape of an eye around its middle and its upper lid: round, or with
// the outer corner raised, or drooping.
func (f *face) eye(side float64) (shape, lid path) {
	open := mix(3.6, 10.6, share(f.Values[EyeOpen]))
	if f.Kinds[EyeShape] == 0 {
		shape = oval(0, 0, eyeHalf, open, round)
		return shape, shape[:2*pieces+1]
	}
	inner, outer := 3.2, -4.4
	if f.Kinds[EyeShape] == 2 {
		inner, outer = -3.2, 4.4
	}
	top := mul(-1.3, open)
	lid = from(-eyeHalf, inner).curve(-4, inner+top, 4, outer+top, eyeHalf, outer).mirrored(side)
	shape = from(-eyeHalf, inner).curve(-4, inner+top, 4, outer+top, eyeHalf, outer).
		curve(4.5, outer-top, -4.5, inner-top, -eyeHalf, inner).mirrored(side)
	return shape, lid
}

// brows fall towards the nose where the face is angry.
func (f *face) brows() {
	sin, cos := turn(mix(-35, 35, share(f.Values[BrowAngle])))
	for _, side := range []float64{-1, 1} {
		p := path{}
		for _, q := range from(-8, 0.6).bow(0, -1.2, 8, 0.6) {
			p = append(p, point{mul(cos, q.x) + mul(sin, q.y), mul(cos, q.y) - mul(sin, q.x)})
		}
		at := f.eyeAt(side)
		f.head.fill(outline, p.mirrored(side).moved(at.x, -12).stroke(2.6, true))
	}
}

func (f *face) glasses() {
	if f.Kinds[Glasses] == 0 {
		return
	}
	const frame = 0x3A2A6A
	left, right := f.eyeAt(-1), f.eyeAt(1)
	for _, at := range []point{left, right} {
		f.head.fill(frame, oval(at.x, at.y+0.5, 10.2, 11.2, 0.72).ring(1.3)...)
	}
	f.head.fill(frame, from(left.x+10, 1).bow(0, -1, right.x-10, 1).stroke(1.3, false))
	for _, side := range []float64{-1, 1} {
		f.head.fill(frame, from(mul(side, right.x+10), 1).line(mul(side, f.half+2), 0).stroke(1.3, false))
	}
}
