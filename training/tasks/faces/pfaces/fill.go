package pfaces

// Everything from here on is integers: coordinates in 1/256 of a drawn pixel,
// colours of 8 bits a channel.

// crossing is where an edge meets the middle of a row: twice its x in 1/256
// pixels, plus 1 where the edge goes up.
type crossing = int32

// sheet is what is drawn on: 4·size pixels a side, each 0xRRGGBB with a mark of
// 8 bits above.
type sheet struct {
	side int
	pix  []uint32
	rows [][]crossing // of the shape that is being filled
	low  int          // the rows that it touches are low … high−1
	high int
}

func newSheet(side int) *sheet {
	return &sheet{side: side, pix: make([]uint32, side*side), rows: make([][]crossing, side)}
}

// edge notes where the edge from (ax, ay) to (bx, by) crosses rows' middles.
func (s *sheet) edge(ax, ay, bx, by int) {
	if ay == by {
		return
	}
	up := crossing(0)
	if ay > by {
		ax, ay, bx, by, up = bx, by, ax, ay, 1
	}
	slope := (int64(bx-ax) << 16) / int64(by-ay)
	first, end := max((ay+127)>>8, 0), min((by+127)>>8, s.side)
	for row := first; row < end; row++ {
		x := ax + int((slope*int64(row<<8+128-ay))>>16)
		x = max(-1<<24, min(x, 1<<24))
		s.rows[row] = append(s.rows[row], crossing(x)<<1|up)
	}
	if first < end {
		s.low, s.high = min(s.low, first), max(s.high, end)
	}
}

// spans gives paint every run of pixels inside the edges (winding number not 0)
// and forgets the edges.
func (s *sheet) spans(paint func(row []uint32, x, y int)) {
	for y := s.low; y < s.high; y++ {
		cuts := s.rows[y]
		sortFew(cuts)
		winding := 0
		for i, c := range cuts {
			if winding != 0 {
				a, b := max((int(cuts[i-1]>>1)+127)>>8, 0), min((int(c>>1)+127)>>8, s.side)
				if a < b {
					paint(s.pix[y*s.side+a:y*s.side+b], a, y)
				}
			}
			winding += 1 - 2*int(c&1)
		}
		s.rows[y] = cuts[:0]
	}
	s.low, s.high = s.side, 0
}

// sortFew sorts by insertion.
func sortFew(a []crossing) {
	for i := 1; i < len(a); i++ {
		for j := i; j > 0 && a[j] < a[j-1]; j-- {
			a[j], a[j-1] = a[j-1], a[j]
		}
	}
}
