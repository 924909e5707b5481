package pfaces

// colour is 0xRRGGBB.
type colour uint32

func rgb(r, g, b int) colour { return colour(r<<16 | g<<8 | b) }

func (c colour) channels() (r, g, b int) { return int(c >> 16 & 255), int(c >> 8 & 255), int(c & 255) }

// blend goes from c to d as t goes from 0 to 65536.
func (c colour) blend(d colour, t int) colour {
	ar, ag, ab := c.channels()
	br, bg, bb := d.channels()
	at := func(a, b int) int { return (a*(65536-t) + b*t + 32768) >> 16 }
	return rgb(at(ar, br), at(ag, bg), at(ab, bb))
}

// hue is the colour of a turn's 1/65536 around the wheel of colours (red,
// yellow, green, cyan, blue, magenta) with a lightness and a saturation, both 0
// to 256 (the hexagonal model, Smith 1978; lightness as in HSL).
func hue(turn uint16, lightness, saturation int) colour {
	chroma := saturation * (256 - abs(2*lightness-256)) / 256
	sector, within := int(turn)*6>>16, int(turn)*6&65535
	rising, falling := chroma*within>>16, chroma*(65536-within)>>16
	var r, g, b int
	switch sector {
	case 0:
		r, g = chroma, rising
	case 1:
		r, g = falling, chroma
	case 2:
		g, b = chroma, rising
	case 3:
		g, b = falling, chroma
	case 4:
		r, b = rising, chroma
	default:
		r, b = chroma, falling
	}
	base := lightness - chroma/2
	limit := func(v int) int { return max(0, min(255, v+base)) }
	return rgb(limit(r), limit(g), limit(b))
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
