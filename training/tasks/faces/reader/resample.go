package reader

import "sweep/training/tasks/faces/data"

// lens takes pictures of one size to Side×Side pixels: each is the mean of the
// area that it covers.
type lens struct {
	size int
	taps [Side][]tap // of an output row or column
	room []float32   // (3·Side, size): rows are done, columns are not
}

// tap is a part of a mean.
type tap struct {
	at     int
	weight float32
}

func newLens(size int) *lens {
	l := &lens{size: size, room: make([]float32, data.Channels*Side*size)}
	for i := range l.taps {
		// In units of 1/Side of a pixel, output i covers i·size … (i+1)·size, and
		// pixel p covers p·Side … (p+1)·Side.
		for p := i * size / Side; p < size && p*Side < (i+1)*size; p++ {
			shared := min((p+1)*Side, (i+1)*size) - max(p*Side, i*size)
			l.taps[i] = append(l.taps[i], tap{p, float32(shared) / float32(size)})
		}
	}
	return l
}

// look writes a picture (3·Side·Side) of one of 3·size·size; both go channel by
// channel, row by row.
func (l *lens) look(out, picture []float32) {
	if l.size == Side {
		copy(out, picture)
		return
	}
	for row := range data.Channels * Side {
		to := l.room[row*l.size : (row+1)*l.size]
		clear(to)
		for _, t := range l.taps[row%Side] {
			from := picture[(row/Side*l.size+t.at)*l.size:][:l.size]
			for x, v := range from {
				to[x] += float32(t.weight * v)
			}
		}
		for x := range Side {
			sum := float32(0)
			for _, t := range l.taps[x] {
				sum += float32(t.weight * to[t.at])
			}
			out[row*Side+x] = sum
		}
	}
}
