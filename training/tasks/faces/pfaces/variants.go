package pfaces

import "sweep/training/kernels"

// Variants are the kinds of sets (experiments.md §5.2):
//
//   - full: every attribute is independent and uniform;
//   - modes and modes64: 256 or 64 equally likely combinations of kinds, the
//     continuous attributes within 6 % of their middle: modes can be counted;
//   - skew: those 256 combinations with Zipf's weights, 1/rank;
//   - corr: as full, but nine in ten faces with short hair, a bob or long hair
//     wear glasses, and one in ten of the others.
func Variants() []string { return []string{"full", "modes", "modes64", "skew", "corr"} }

// attributes draws a face. Every variant uses up the same random words.
func (f *Faces) attributes(w *words) (a Attributes) {
	for i := range a.Values {
		a.Values[i] = w.half()
	}
	for i, k := range Kinds() {
		a.Kinds[i] = uint8(w.below(len(k.Values)))
	}
	choice := w.next()
	switch f.Variant {
	case "modes", "modes64":
		m := f.Modes()
		m.show(&a, kernels.Index(choice, m.Len()))
	case "skew":
		m := f.Modes()
		m.show(&a, skewed(choice, m.Len()))
	case "corr":
		a.Kinds[Glasses] = 0
		if likely := a.Kinds[Hair] < 3; (choice < tenth) != likely {
			a.Kinds[Glasses] = 1
		}
	}
	return a
}

const tenth = 1 << 32 / 10
