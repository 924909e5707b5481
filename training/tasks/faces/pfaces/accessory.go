package pfaces

func (f *face) accessory() {
	switch f.Kinds[Accessory] {
	case 1:
		f.ribbon()
	case 2:
		f.hat()
	case 3:
		f.horns()
	}
}

// ribbon is a bow at the upper left.
func (f *face) ribbon() {
	const red = 0xE8264A
	x, y := mul(-0.6, f.half), -32.0
	for _, side := range []float64{-1, 1} {
		f.head.shape(red, outline, from(0, 0).curve(4, -9, 9, -9, 12, -7).bow(9.5, 0, 12, 7).curve(9, 9, 4, 9, 0, 0).mirrored(side).moved(x, y))
	}
	f.head.shape(0xB01030, outline, oval(x, y, 3, 3.4, round))
}

// hat is a cap with a band; the fringe and the hair at the sides stay in sight.
func (f *face) hat() {
	w := f.half
	f.head.shape(0x2B4C9B, outline, from(-w-4, -27).curve(-w-2, -44, -w/2, -51, 0, -51).curve(w/2, -51, w+2, -44, w+4, -27))
	f.head.shape(0xF2C230, outline, from(-w-6, -31).bow(0, -35, w+6, -31).line(w+6, -24.5).bow(0, -28.5, -w-6, -24.5))
}

func (f *face) horns() {
	for _, side := range []float64{-1, 1} {
		x := mul(0.5, f.half)
		f.head.shape(0xF4E8C8, outline, from(x-4.5, -33).curve(x-5, -42, x+2, -48, x+9, -50).curve(x+6, -44, x+6, -36, x+5.5, -30).mirrored(side))
	}
}
