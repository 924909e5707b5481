package pfaces

import (
	"fmt"
	"slices"
	"strings"

	"sweep/training/kernels"
)

// Split separates pictures that are never the same ones.
type Split uint32

// The splits.
const (
	Train Split = iota // what generators are trained on
	Test               // what they are compared with
	Study              // what the attribute reader learns from
	Exam               // what the attribute reader is judged by
)

// Faces is a variant of a size: an endless supply of pictures. It is never
// changed, and any number of goroutines may use it.
type Faces struct {
	Variant string
	Size    int // pixels a side
	Seed    int64
}

// Sizes are those that sets have, pixels a side.
func Sizes() []int { return []int{32, 48, 64, 96} }

// New checks a variant and a size.
func New(variant string, size int, seed int64) (*Faces, error) {
	if !slices.Contains(Variants(), variant) {
		return nil, fmt.Errorf("there are no pfaces of the variant %q (there is %s)", variant, strings.Join(Variants(), ", "))
	}
	if !slices.Contains(Sizes(), size) {
		return nil, fmt.Errorf("there are no pfaces of %d pixels a side (there is 32, 48, 64 and 96)", size)
	}
	return &Faces{variant, size, seed}, nil
}

// words begins the random words of a picture. They do not depend on the size,
// so that all sizes show the same faces.
func (f *Faces) words(s Split, i int) *words {
	return &words{key: kernels.NewKey(f.Seed), counter: kernels.Counter{Stream: streamFace, Outer: uint32(s), Inner: uint32(i)}}
}

// Attributes are those of picture i ≥ 0 of a split.
func (f *Faces) Attributes(s Split, i int) Attributes { return f.attributes(f.words(s, i)) }

// Render writes picture i of a split: 3·Size·Size bytes, as Canvas.Draw does.
// The canvas is of the same size.
func (f *Faces) Render(c *Canvas, out []uint8, s Split, i int) {
	w := f.words(s, i)
	a := f.attributes(w)
	c.Draw(out, a, newNuisance(w))
}
