package pfaces

// backHair lies behind the face: six outlines.
func (f *face) backHair() {
	w := f.half
	draw := func(p path) { f.head.shape(f.hair.shade, f.hair.line, p) }
	top := func(out, sideY float64) path { // from the left side over the top to the right
		return from(-w-out, sideY).curve(-w-out, -26, -w/2, -38, 0, -38).curve(w/2, -38, w+out, -26, w+out, sideY)
	}
	switch f.Kinds[Hair] {
	case 0: // short: flicks at the ears
		draw(top(4, -4).line(w+6, 10).line(w-3, 7).line(3-w, 7).line(-w-6, 10))
	case 1: // bob
		draw(top(7, -4).curve(w+10, 12, w+9, 25, w-4, 25).line(4-w, 25).curve(-w-9, 25, -w-10, 12, -w-7, -4))
	case 2: // long
		draw(top(7, -4).curve(w+10, 20, w+11, 40, w+10, 62).line(-w-10, 62).curve(-w-11, 40, -w-10, 20, -w-7, -4))
	case 3:
		f.tails(draw)
		draw(top(4, -4).line(w+4, 4).line(-w-4, 4))
	case 4:
		draw(f.spikes())
	default:
		f.curls(draw)
	}
}

// tails hang at both sides.
func (f *face) tails(draw func(path)) {
	for _, side := range []float64{-1, 1} {
		x := f.half + 2
		draw(from(x, -20).curve(x+14, -30, x+22, -8, x+17, 12).curve(x+15, 24, x+12, 32, x+6, 38).
			curve(x+8, 20, x+2, 0, x, -20).mirrored(side))
	}
}

// spikes stand out all round the skull.
func (f *face) spikes() path {
	w := f.half
	tips := []point{{w + 8, 12}, {w + 15, -2}, {w + 14, -18}, {w + 4, -34}, {mul(0.55, w), -45}}
	gaps := []point{{w + 3, 4}, {w + 6, -8}, {w + 3, -21}, {mul(0.72, w), -33}, {mul(0.18, w), -38}}
	p := from(0, 8)
	for i := range tips {
		p = p.line(tips[i].x, tips[i].y).line(gaps[i].x, gaps[i].y)
	}
	p = p.line(0, -47)
	for i := len(tips) - 1; i >= 0; i-- {
		p = p.line(-gaps[i].x, gaps[i].y).line(-tips[i].x, tips[i].y)
	}
	return p
}

// curls are balls around the skull.
func (f *face) curls(draw func(path)) {
	w := f.half
	for _, at := range []point{{w + 3, 18}, {w + 6, 6}, {w + 7, -8}, {w + 3, -21}, {mul(0.66, w), -31}, {mul(0.24, w), -36}} {
		draw(oval(-at.x, at.y, 8.5, 8.5, round))
		draw(oval(at.x, at.y, 8.5, 8.5, round))
	}
	f.head.fill(f.hair.shade, oval(0, -8, w+4, 29, round))
}

// fringe is the hair on the forehead: over the top of the head, then back along
// one of four edges.
func (f *face) fringe() {
	w := f.half
	p := from(-w-2.5, 3).curve(-w-5, -26, -w/2, -37, 0, -37).curve(w/2, -37, w+5, -26, w+2.5, 3)
	switch f.Kinds[Fringe] {
	case 0:
		p = p.line(w-1.5, -8).curve(mul(0.75, w), -24, mul(0.3, w), -27, 0, -26.5).curve(mul(-0.3, w), -27, mul(-0.75, w), -24, 1.5-w, -8)
	case 1:
		p = p.line(w-3, -8)
		for i := range 7 {
			x := mul(w-3, 1-float64(2*i+1)/7)
			p = p.line(x+1.2, -12.5+f.tip(i)).line(x, -15+mul(0.5, f.tip(i)))
		}
		p = p.line(3-w, -8)
	case 2:
		p = p.line(w-2.5, -8).curve(mul(0.8, w), -22, mul(0.6, w), -26, mul(0.5, w), -28+f.tip(0)).
			curve(mul(0.2, w), -18, mul(-0.4, w), -10+f.tip(1), 1-w, -3+f.tip(2))
	default:
		p = p.line(w-2.5, -7)
		for i, x := range []float64{0.62, 0.22, -0.22, -0.62} {
			p = p.line(mul(x+0.19, w), -24).line(mul(x, w), -9+mul(1.6, f.tip(i)))
		}
		p = p.line(mul(-0.81, w), -24).line(2.5-w, -7)
	}
	f.head.shape(f.hair.main, f.hair.line, p)
	f.head.tint(0xFFFFFF, 18000, from(mul(-0.62, w), -27).bow(0, -35, mul(0.62, w), -27).stroke(2.6, true))
}
