package reader

import (
	"sweep/training/kernels"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
)

// studies are the pictures that training sees, each once: faces of the full
// variant in three sizes, some of them blurred, all under noise, so that the
// network does not lean on what generators lack.
type studies struct {
	be    kernels.Backend[float32]
	key   kernels.Key
	sizes []*study
	batch int
	blurs []float32 // room for one blurred picture
}

// study is one size.
type study struct {
	faces   *pfaces.Faces
	canvas  *pfaces.Canvas
	lens    *lens
	bytes   []uint8
	picture []float32
	seen    []float32 // Side×Side pixels of it
}

func newStudies(be kernels.Backend[float32], key kernels.Key, batch int) (*studies, error) {
	s := &studies{be: be, key: key, batch: batch, blurs: make([]float32, pixels)}
	for _, size := range []int{32, 32, 48, 64} {
		f, err := pfaces.New("full", size, studySeed)
		if err != nil {
			return nil, err
		}
		width := data.Channels * size * size
		s.sizes = append(s.sizes, &study{f, pfaces.NewCanvas(size), newLens(size), make([]uint8, width), make([]float32, width), make([]float32, pixels)})
	}
	return s, nil
}

// studySeed is that of the faces, apart from every set's.
const studySeed = 20170131

// fill writes batch number step: pictures (batch, 3·Side·Side) in [−1, 1] and
// their attributes.
func (s *studies) fill(out []float32, attributes []pfaces.Attributes, step int64) {
	at := kernels.Counter{Stream: kernels.StreamNoise, Outer: uint32(step)}
	s.be.Normals(out, s.key, at)
	at.Inner = 1
	for i := range s.batch {
		words := at.Block(s.key, uint32(i))
		size := s.sizes[i%len(s.sizes)]
		place := int(step)*s.batch + i
		attributes[i] = size.faces.Attributes(pfaces.Study, place)
		picture := size.take(place)
		if words[0]>>30 == 0 { // a quarter
			picture = blurred(s.blurs, picture)
		}
		noise := maxNoise * float32(words[1]>>8) / (1 << 24)
		row := out[i*pixels : (i+1)*pixels]
		for x, v := range picture {
			row[x] = v + float32(noise*row[x])
		}
	}
}

// maxNoise is the largest standard deviation of the noise, of pictures in
// [−1, 1].
const maxNoise = 0.06

// take draws a face and looks at it: Side×Side pixels, valid until the next.
func (s *study) take(place int) []float32 {
	s.faces.Render(s.canvas, s.bytes, pfaces.Study, place)
	for x, v := range s.bytes {
		s.picture[x] = float32(v)/127.5 - 1
	}
	s.lens.look(s.seen, s.picture)
	return s.seen
}

// blurred is a picture whose pixels are mixed with their neighbours' mean, half
// and half, in place of a generator's softness. Edges stay as they are.
func blurred(out, picture []float32) []float32 {
	copy(out, picture)
	for c := range data.Channels {
		for y := 1; y < Side-1; y++ {
			for x := 1; x < Side-1; x++ {
				i := (c*Side+y)*Side + x
				around := picture[i-1] + picture[i+1] + picture[i-Side] + picture[i+Side]
				out[i] = picture[i]/2 + around/8
			}
		}
	}
	return out
}
