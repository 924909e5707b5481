package datasets

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"sweep/internal/datasets/pictures"
	facesdata "sweep/training/tasks/faces/data"
)

// Skipped is a file that became no picture of the set.
type Skipped struct {
	File string `json:"file"`
	Why  string `json:"why"` // one line without the file
}

// maxNamed bounds the skipped files that an import lists.
const maxNamed = 10

// FacesImported is what an import of faces did.
type FacesImported struct {
	Path     string    `json:"path"`
	Digest   string    `json:"digest"`
	Pictures int       `json:"pictures"`
	Equal    int       `json:"equal"`   // left out: an equal picture is there
	Skipped  int       `json:"skipped"` // left out: broken or unsuitable
	First    []Skipped `json:"first"`   // the first of them by name, at most ten
}

// Import makes the packed file of the pictures in folders and zip files: each
// cropped to its middle and resized, equal ones once, ordered by digest, so that
// the set depends on the pictures and neither on names nor on their order.
// Files that are no suitable pictures are left out with a reason. What was there
// before stays until the new file is whole. show is told how many files are
// done, from one goroutine at a time.
func (f FacesFile) Import(ctx context.Context, show func(done, total int), paths ...string) (FacesImported, error) {
	if f.Size < facesdata.MinSize || f.Size > facesdata.MaxSize {
		return FacesImported{}, fmt.Errorf("faces of %d pixels a side cannot be imported: expected %d to %d", f.Size, facesdata.MinSize, facesdata.MaxSize)
	}
	from, closeAll, err := sources(paths)
	if err != nil {
		return FacesImported{}, err
	}
	defer closeAll()
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return FacesImported{}, f.unwritable(err)
	}
	heap, err := newHeap(f)
	if err != nil {
		return FacesImported{}, err
	}
	defer heap.remove()
	if err := heap.gather(ctx, from, show); err != nil {
		return FacesImported{}, err
	}
	return heap.finish()
}

func (f FacesFile) unwritable(err error) error {
	return fmt.Errorf("data set %s cannot be written to %s (%w): make room, or name another folder with --data or SWEEP_DATA",
		f.Name(), filepath.Dir(f.Path), cause(err))
}

// heap is the pictures of an import on their way, in a file without order.
type heap struct {
	FacesFile
	file *os.File

	mu      sync.Mutex
	places  map[[sha256.Size]byte]int // of pictures in the file, by digest
	skipped []Skipped
	out     FacesImported
	done    int
}

func newHeap(f FacesFile) (*heap, error) {
	file, err := os.CreateTemp(filepath.Dir(f.Path), ".heap-*")
	if err != nil {
		return nil, f.unwritable(err)
	}
	return &heap{FacesFile: f, file: file, places: map[[sha256.Size]byte]int{}, skipped: []Skipped{}}, nil
}

func (h *heap) remove() {
	_ = h.file.Close()
	_ = os.Remove(h.file.Name())
}

func (h *heap) width() int { return facesdata.Channels * h.Size * h.Size }

// gather decodes all sources on a few goroutines; each holds one picture of at
// most pictures.MaxPixels.
func (h *heap) gather(ctx context.Context, from []source, show func(done, total int)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan source)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 8) {
		group.Go(func() {
			for s := range next {
				if err := h.take(s, func(done int) { show(done, len(from)) }); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, s := range from {
		if ctx.Err() != nil {
			break
		}
		next <- s
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}

// take adds one source's picture. The error is one of writing.
func (h *heap) take(s source, show func(done int)) error {
	picture, why := h.decode(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done++
	show(h.done)
	if why != nil {
		h.skip(Skipped{s.name, why.Error()})
		return nil
	}
	sum := sha256.Sum256(picture)
	if _, ok := h.places[sum]; ok {
		h.out.Equal++
		return nil
	}
	if len(h.places) == facesdata.MaxPictures {
		return fmt.Errorf("there are more than %d pictures: import fewer", facesdata.MaxPictures)
	}
	h.places[sum] = len(h.places)
	if _, err := h.file.Write(picture); err != nil {
		return h.unwritable(err)
	}
	return nil
}

func (h *heap) decode(s source) ([]uint8, error) {
	raw, err := s.read()
	if err != nil {
		return nil, err
	}
	img, err := pictures.Decode(raw, h.Size/2)
	if err != nil {
		return nil, err
	}
	out := make([]uint8, h.width())
	pictures.Square(out, img, h.Size)
	return out, nil
}

// skip counts a file and keeps the first ones by name.
func (h *heap) skip(s Skipped) {
	h.out.Skipped++
	h.skipped = append(h.skipped, s)
	slices.SortFunc(h.skipped, func(a, b Skipped) int { return cmp.Compare(a.File, b.File) })
	h.skipped = h.skipped[:min(len(h.skipped), maxNamed)]
}

// finish writes the packed file in one step.
func (h *heap) finish() (FacesImported, error) {
	h.out.First, h.out.Path, h.out.Pictures = h.skipped, h.Path, len(h.places)
	if len(h.places) < facesdata.MinPictures {
		return h.out, h.tooFew()
	}
	order := make([][sha256.Size]byte, 0, len(h.places))
	for sum := range h.places {
		order = append(order, sum)
	}
	slices.SortFunc(order, func(a, b [sha256.Size]byte) int { return slices.Compare(a[:], b[:]) })
	tmp, err := os.CreateTemp(filepath.Dir(h.Path), ".new-*")
	if err != nil {
		return h.out, h.unwritable(err)
	}
	picture := make([]uint8, h.width())
	h.out.Digest, err = facesdata.Pack(tmp, h.Size, len(order), func(i int) ([]uint8, error) {
		_, err := h.file.ReadAt(picture, int64(h.places[order[i]])*int64(len(picture)))
		return picture, err
	})
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), h.Path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return h.out, h.unwritable(err)
	}
	return h.out, nil
}

// tooFew says how many pictures there were, and why others were none.
func (h *heap) tooFew() error {
	reason := ""
	if len(h.skipped) > 0 {
		reason = fmt.Sprintf("; %d skipped, e.g. %s %s", h.out.Skipped, h.skipped[0].File, h.skipped[0].Why)
	}
	return fmt.Errorf("%d distinct pictures are too few for a set: at least %d are needed%s", len(h.places), facesdata.MinPictures, reason)
}
