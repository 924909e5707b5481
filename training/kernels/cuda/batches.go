package cuda

import (
	"fmt"
	"unsafe"

	"sweep/training/kernels"
)

// Rows is a data set on the device, of which all trials of a pack see the same
// copy: rows of bytes, and what each byte means.
type Rows struct {
	pack       *Pack
	set, table Pointer
	count      int // rows
	width      int // bytes of each
	indices    []float32
}

// NewRows puts count rows of width bytes on the device, batch of which Draw
// gathers at a time. Byte v stands for table[v].
func (k *Pack) NewRows(count, width, batch int, row func(i int) []byte, table [256]float32) (*Rows, error) {
	r := &Rows{pack: k, count: count, width: width, indices: make([]float32, batch)}
	for to, n := range map[*Pointer]int{&r.set: count * width, &r.table: int(unsafe.Sizeof(table))} {
		at, err := k.be.dev.Alloc(n)
		if err != nil {
			return nil, fmt.Errorf("room for %d rows of data: %w", count, err)
		}
		k.others, *to = append(k.others, at), at
	}
	if err := k.be.dev.Upload(r.table, unsafe.Pointer(&table), int(unsafe.Sizeof(table))); err != nil {
		return nil, err
	}
	return r, r.fill(row)
}

// fill copies some rows at a time: one by one the calls would take the time.
func (r *Rows) fill(row func(i int) []byte) error {
	const atOnce = 256
	part := make([]byte, 0, atOnce*r.width)
	for i := range r.count {
		part = append(part, row(i)...)
		if full := len(part) == cap(part); full || i == r.count-1 {
			first := (i + 1) * r.width // of what follows
			if len(part) > first {
				return fmt.Errorf("row %d ends beyond %d bytes", i, first)
			}
			if err := r.pack.be.dev.Upload(r.set+Pointer(first-len(part)), unsafe.Pointer(&part[0]), len(part)); err != nil {
				return err
			}
			part = part[:0]
		}
	}
	return nil
}

// Draw gathers the rows of a batch, drawn with replacement: row i has the
// kernels.Index of word i of the run's blocks.
func (r *Rows) Draw(out []float32, stream kernels.Stream, inner uint32) {
	b := r.pack.be
	n := len(out) / r.width
	b.begin().out(0, r.indices[:n]).at(1, kernels.Key{}, kernels.Counter{}).n(n, int(stream), int(inner), r.count)
	b.flat("k_indices", blocks(n, 4))
	r.Gather(out, r.indices[:n])
}

// Gather copies the rows with the indices that each trial's tensor holds, as the
// bits of uint32, out of the set.
func (r *Rows) Gather(out, indices []float32) {
	b, n := r.pack.be, len(out)
	b.begin().out(0, out).in(2, indices).n(n, r.width)
	b.args.Op[1], b.args.Op[3] = Operand{At: r.set}, Operand{At: r.table}
	b.flat("k_gather", n)
}

// Uniforms draws each trial's numbers from low up to high: the bits of
// kernels.Uniforms at the trial's key and outer step.
func (k *Pack) Uniforms(out []float32, low, high float64, stream kernels.Stream, inner uint32) {
	b, n := k.be, len(out)
	b.begin().out(0, out).at(1, kernels.Key{}, kernels.Counter{}).n(n, int(stream), int(inner)).c(float32(low), float32(high-low))
	b.flat("k_uniforms", blocks(n, 4))
}

// Follow takes a pass's statistics (3, columns), as BatchStats gives them, into
// running ones (2, columns): decay·old + (1−decay)·new.
func (k *Pack) Follow(running, stats []float32, decay float64) {
	b, n := k.be, len(running)/2
	b.begin().both(0, running).in(1, stats).n(n).c(float32(decay), float32(1-decay)).flat("k_running", n)
}
