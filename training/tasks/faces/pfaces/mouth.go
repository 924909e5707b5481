package pfaces

// mouth lies between an upper and a lower lip from corner to corner. Its kinds
// differ in colour, so that a small one tells.
func (f *face) mouth() {
	const half, y = 10.0, 18.5
	bend := mix(-6, 6, share(f.Values[MouthCurve]))
	open := mix(1.4, 5.2, share(f.Values[MouthOpen]))
	corner, middle := y-mul(0.55, bend), y+mul(0.45, bend)
	upper, lower := mul(2, middle-open)-corner, mul(2, middle+open)-corner
	lips := from(-half, corner).bow(0, upper, half, corner).bow(0, lower, -half, corner)
	inside := colour(0x5A1420)
	line, width := outline, f.head.line
	switch f.Kinds[Mouth] {
	case 1:
		inside = 0xFFFFFF
	case 2:
		inside = 0xFF7F9A
	case 3:
		line, width = 0xE0203C, 2.8
	}
	f.head.fill(inside, lips)
	f.head.fill(line, lips.ring(width)...)
}
