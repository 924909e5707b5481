package pfaces

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"sweep/training/tasks/faces/data"
)

// The size of a set: as many training faces as the source's author collected
// (experiments.md §1.3), and as many to compare with as scores take at most.
const (
	TrainFaces = 45000
	TestFaces  = 10000
)

// Name is the set's, "pfaces-" and the variant.
func (f *Faces) Name() string { return "pfaces-" + f.Variant }

// Set is the variant's set of this size. A picture is drawn when it is first
// asked for and kept, 3·Size·Size bytes: all training faces of 96 pixels are
// 1.24 GB, of 32 pixels 138 MB.
func (f *Faces) Set() *data.Set {
	canvases := &sync.Pool{New: func() any { return NewCanvas(f.Size) }}
	return &data.Set{Name: f.Name(), Size: f.Size, Digest: f.Digest(),
		Train: &album{faces: f, split: Train, canvases: canvases, pages: make([]page, TrainFaces)},
		Test:  &album{faces: f, split: Test, canvases: canvases, pages: make([]page, TestFaces)}}
}

// Digest names the set's pictures by what they are a function of. A test holds
// the renderer to its version.
func (f *Faces) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "pfaces version %d\nvariant %s\nsize %d\nseed %d\ntrain %d\ntest %d\n",
		Version, f.Variant, f.Size, f.Seed, TrainFaces, TestFaces))
	return hex.EncodeToString(sum[:])
}

// album is one split, drawn as it is looked at.
type album struct {
	faces    *Faces
	split    Split
	canvases *sync.Pool
	pages    []page
}

type page struct {
	once    sync.Once
	picture []uint8
}

func (a *album) Len() int { return len(a.pages) }

func (a *album) At(i int) []uint8 {
	p := &a.pages[i]
	p.once.Do(func() {
		c := a.canvases.Get().(*Canvas)
		p.picture = make([]uint8, data.Channels*a.faces.Size*a.faces.Size)
		a.faces.Render(c, p.picture, a.split, i)
		a.canvases.Put(c)
	})
	return p.picture
}
