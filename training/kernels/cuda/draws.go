package cuda

import (
	"unsafe"

	"sweep/training/kernels"
)

// Normals draws the reference's bits. Under a Pack key and outer step are each
// trial's own, and those given here are not looked at.
func (b *Backend) Normals(out []float32, key kernels.Key, c kernels.Counter) {
	if len(out) == 0 {
		return
	}
	b.begin().out(0, out).at(1, key, c).n(len(out), int(c.Stream), int(c.Inner))
	b.args.Op[2].At = b.table
	b.flat("k_normals", blocks(len(out), 32)*8)
}

// at is the operand that says where in its random numbers a trial is.
func (b *Backend) at(op int, key kernels.Key, c kernels.Counter) *Backend {
	if b.pack != nil {
		b.args.Op[op] = b.pack.where
		return b
	}
	b.where = [3]uint32{key[0], key[1], c.Outer}
	return b.in(op, unsafe.Slice((*float32)(unsafe.Pointer(&b.where)), len(b.where)))
}

// Adam updates in place. A Pack has its own: each trial's numbers differ.
func (b *Backend) Adam(w, m, v, g []float32, a kernels.AdamStep) {
	n := len(w)
	b.settings = [4]float32{float32(a.Rate), float32(1 - a.Beta1), float32(1 - a.Beta2), float32(a.Eps)}
	b.begin().both(0, w).both(1, m[:n]).both(2, v[:n]).in(3, g[:n]).in(4, b.settings[:]).n(n).flat("k_adam", n)
}
