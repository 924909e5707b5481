package pfaces

// brush draws paths of one frame on a sheet.
type brush struct {
	*sheet
	frame
	scale float64 // 1/256 pixels for a hundredth of the picture's side
	line  float64 // the width of outlines, hundredths
}

// trace notes the edges of closed paths.
func (b brush) trace(paths []path) {
	for _, p := range paths {
		last := b.place(p[len(p)-1])
		for _, q := range p {
			q := b.place(q)
			b.edge(int(mul(last.x, b.scale)), int(mul(last.y, b.scale)), int(mul(q.x, b.scale)), int(mul(q.y, b.scale)))
			last = q
		}
	}
}

// fill paints the area inside closed paths.
func (b brush) fill(c colour, paths ...path) {
	b.trace(paths)
	b.spans(func(row []uint32, _, _ int) {
		for i := range row {
			row[i] = uint32(c)
		}
	})
}

// tint paints an area so that a part of what is below, of 65536, is seen no more.
func (b brush) tint(c colour, part int, paths ...path) {
	b.trace(paths)
	b.spans(func(row []uint32, _, _ int) {
		for i, v := range row {
			row[i] = v&^0xFFFFFF | uint32(colour(v&0xFFFFFF).blend(c, part))
		}
	})
}

// white is the mark of the whites of the eyes.
const white = 1 << 24

// inEye paints the part of an area that lies on the whites of the eyes.
func (b brush) inEye(c colour, paths ...path) {
	b.trace(paths)
	b.spans(func(row []uint32, _, _ int) {
		for i, v := range row {
			if v&white != 0 {
				row[i] = white | uint32(c)
			}
		}
	})
}

// shape paints an area and its outline.
func (b brush) shape(fill, outline colour, p path) {
	b.fill(fill, p)
	b.fill(outline, p.ring(b.line)...)
}
