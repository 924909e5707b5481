package pfaces

// face is one picture on its way: what it shows in the units of its frames.
// Coordinates are hundredths of the picture's side; the head's frame has its
// origin between the eyes' inner ends and turns with the head.
type face struct {
	Attributes
	Nuisance
	head, body brush
	half       float64 // half the width of the face
	skin       palette
	hair       palette
}

// palette is a colour, a darker one for what lies in the shade and one for
// outlines.
type palette struct{ main, shade, line colour }

func shades(c colour) palette {
	return palette{c, c.blend(0x301020, 17000), c.blend(0x180810, 46000)}
}

// outline is the darkest colour.
const outline colour = 0x2A1620

const (
	headY    = 54.0 // of the head's origin
	narrow   = 22.5 // half the width of the narrowest face
	wide     = 32.0
	maxTilt  = 20.0 // degrees
	sideways = 8.0  // the head's largest offset
)

func newFace(s *sheet, a Attributes, n Nuisance) *face {
	sin, cos := turn(mix(-maxTilt, maxTilt, share(a.Values[Tilt])))
	x := 50 + mix(-sideways, sideways, share(a.Values[OffsetX])) + mix(-0.6, 0.6, share(n.shiftX))
	y := headY + mix(-0.6, 0.6, share(n.shiftY))
	b := brush{sheet: s, scale: mul(256, float64(s.side)/100), line: mix(1.0, 1.4, share(n.stroke))}
	f := &face{Attributes: a, Nuisance: n, head: b, body: b, half: mix(narrow, wide, share(a.Values[FaceWidth]))}
	f.head.frame = frame{sin, cos, x, y}
	f.body.frame = frame{0, 1, x, y}
	f.skin = shades(colour(0x8A5436).blend(0xFFE6D2, int(a.Values[SkinLight])))
	f.hair = shades(hue(a.Values[HairHue], 132, 150))
	return f
}

// draw paints from the back to the front. The brows lie above the fringe, as
// drawn faces have it, so that they are always seen.
func (f *face) draw() {
	f.background()
	f.backHair()
	f.shoulders()
	f.ears()
	f.skull()
	f.mouth()
	f.nose()
	f.eyes()
	f.fringe()
	f.brows()
	f.glasses()
	f.accessory()
}

func (f *face) background() {
	c := hue(f.Values[BackHue], 208, 140)
	for i := range f.body.pix {
		f.body.pix[i] = uint32(c)
	}
}

func (f *face) shoulders() {
	b := f.body
	b.shape(f.skin.shade, f.skin.line, from(-8, 18).line(8, 18).line(8, 44).line(-8, 44))
	b.shape(0x46506E, outline, from(-36, 62).curve(-36, 40, -24, 38, -9, 36).bow(0, 43, 9, 36).curve(24, 38, 36, 40, 36, 62))
}

func (f *face) ears() {
	for _, side := range []float64{-1, 1} {
		f.head.shape(f.skin.shade, f.skin.line, oval(mul(side, f.half), 4, 4, 6, round))
	}
}

// skull is the face itself: round above, narrower towards the chin.
func (f *face) skull() {
	w := f.half
	at := func(part float64) float64 { return mul(part, w) }
	p := from(-w, -4).curve(-w, -22, at(-0.62), -31, 0, -31).curve(at(0.62), -31, w, -22, w, -4).
		curve(w, 10, at(0.80), 17, at(0.36), 25).curve(at(0.20), 28.5, at(-0.20), 28.5, at(-0.36), 25).
		curve(at(-0.80), 17, -w, 10, -w, -4)
	f.head.shape(f.skin.main, f.skin.line, p)
	for _, side := range []float64{-1, 1} {
		f.head.tint(0xFF6E6E, 20000, oval(mul(side, at(0.70)), 15, 4.0, 2.4, round))
	}
}

func (f *face) nose() {
	f.head.fill(f.skin.line, from(0.3, 9).bow(2.2, 12, 0, 12.4).stroke(f.head.line, true))
}
