package data

import (
	"slices"

	"sweep/training/kernels"
)

// words are the random words of a run of blocks, one after another.
type words struct {
	key     kernels.Key
	counter kernels.Counter
	block   [4]uint32
	used    uint32
}

func (w *words) next() uint32 {
	if w.used%4 == 0 {
		w.block = w.counter.Block(w.key, w.used/4)
	}
	w.used++
	return w.block[(w.used-1)%4]
}

// Shuffle fills out with a random order of 0 … len(out)−1 (Fisher and Yates,
// in Durstenfeld's form; Knuth, TAOCP 2, 3.4.2, algorithm P), a function of key
// and counter.
func Shuffle(out []int32, key kernels.Key, c kernels.Counter) {
	for i := range out {
		out[i] = int32(i)
	}
	w := words{key: key, counter: c}
	for i := len(out) - 1; i > 0; i-- {
		j := kernels.Index(w.next(), i+1)
		out[i], out[j] = out[j], out[i]
	}
}

// Order is the order in which an epoch ≥ 0 of a trial visits a pool of
// len(out) images: position p of the epoch is pool[out[p]]. It needs no state:
// a resumed trial fills it again.
func Order(out []int32, key kernels.Key, epoch uint32) {
	Shuffle(out, key, kernels.Counter{Stream: kernels.StreamOrder, Outer: epoch})
}

// Draw fills out with images of the pool, no two equal, a function of key and
// counter: the source's batches, which are drawn anew at every step
// (experiments.md §1.2). A batch as large as the pool is the pool itself, in
// its order. len(out) may not exceed len(pool); nothing is allocated.
func Draw(out, pool []int32, key kernels.Key, c kernels.Counter) {
	if len(out) == len(pool) {
		copy(out, pool)
		return
	}
	// Floyd's sampling (Bentley and Floyd, A sample of brilliance, CACM 30,
	// 1987): every subset is as likely as any other.
	w := words{key: key, counter: c}
	first := len(pool) - len(out)
	for i := range out {
		j := int32(kernels.Index(w.next(), first+i+1))
		if slices.Contains(out[:i], j) {
			j = int32(first + i)
		}
		out[i] = j
	}
	for i, j := range out {
		out[i] = pool[j]
	}
}
