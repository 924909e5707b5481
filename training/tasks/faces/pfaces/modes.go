package pfaces

// Modes are the combinations of kinds that a variant shows; their numbers count
// through the kinds that vary, the first slowest.
type Modes struct {
	counts [Categorical]int // how many values of each kind, from the first, there are
}

// Modes are the variant's; a full or corr set has all 2,304 combinations.
func (f *Faces) Modes() Modes {
	switch f.Variant {
	case "modes", "skew":
		return Modes{[...]int{4, 4, 1, 4, 1, 4}}
	case "modes64":
		return Modes{[...]int{4, 4, 1, 1, 1, 4}}
	}
	var m Modes
	for i, k := range Kinds() {
		m.counts[i] = len(k.Values)
	}
	return m
}

// Len is the number of modes.
func (m Modes) Len() int {
	n := 1
	for _, c := range m.counts {
		n *= c
	}
	return n
}

// Of is the mode that kinds belong to, −1 for none.
func (m Modes) Of(kinds [Categorical]uint8) int {
	mode := 0
	for i, c := range m.counts {
		if int(kinds[i]) >= c {
			return -1
		}
		mode = mode*c + int(kinds[i])
	}
	return mode
}

// Kinds are a mode's.
func (m Modes) Kinds(mode int) (kinds [Categorical]uint8) {
	for i := Categorical - 1; i >= 0; i-- {
		kinds[i] = uint8(mode % m.counts[i])
		mode /= m.counts[i]
	}
	return kinds
}

// calm is how far the continuous attributes of modes lie from the middle, at
// most, of 65536; hues are drawn so as well, around hues that can be told apart.
const calm = 4096

// show makes a face one of a mode.
func (m Modes) show(a *Attributes, mode int) {
	a.Kinds = m.Kinds(mode)
	for i, v := range a.Values {
		middle := 32768
		switch i {
		case SkinLight:
			middle = 52000
		case HairHue:
			middle = 3500 // orange
		case IrisHue:
			middle = 24000 // green
		case BackHue:
			middle = 38000 // blue
		}
		a.Values[i] = uint16(middle + (int(v)-32768)*calm/32768)
	}
}

// Weight is how likely a mode is.
func (f *Faces) Weight(mode int) float64 {
	n := f.Modes().Len()
	switch f.Variant {
	case "corr":
		kinds := f.Modes().Kinds(mode)
		if likely := kinds[Hair] < 3; (kinds[Glasses] == 1) == likely {
			return 2 * 0.9 / float64(n)
		}
		return 2 * 0.1 / float64(n)
	case "skew":
	default:
		return 1 / float64(n)
	}
	total := 0
	for rank := range n {
		total += zipf(rank)
	}
	return float64(zipf(rankOf(mode, n))) / float64(total)
}

// zipf is the weight of a rank from 0, exact enough in integers.
func zipf(rank int) int { return (1 << 20) / (rank + 1) }

// Ranks are dealt to modes in steps, so that common modes differ in more than
// their last kind. The steps are coprime to the number of modes, 256, and undo
// each other.
const (
	step = 101
	back = 109
)

func rankOf(mode, n int) int { return mode * back % n }

// skewed is the mode that a random word picks by Zipf's weights.
func skewed(word uint32, n int) int {
	total := 0
	for rank := range n {
		total += zipf(rank)
	}
	left := int(uint64(word) * uint64(total) >> 32)
	for rank := range n {
		if left -= zipf(rank); left < 0 {
			return rank * step % n
		}
	}
	return 0 // the word is below 1<<32, so that this is not reached
}
