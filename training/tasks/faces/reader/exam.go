package reader

import (
	"fmt"
	"math"
	"strings"

	"sweep/training/kernels"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
)

// Marks are how well the network reads faces that it never saw.
type Marks struct {
	Kinds  [pfaces.Categorical]float64 // share read rightly
	Values [pfaces.Continuous]float64  // R²; of a hue the smaller of its sine's and its cosine's
}

// Exam reads n faces of a variant and a size that neither training nor any set
// shows.
func Exam(be kernels.Backend[float32], n *Net, variant string, size, faces int) (Marks, error) {
	f, err := pfaces.New(variant, size, studySeed)
	if err != nil {
		return Marks{}, err
	}
	r, err := NewReader(be, n, size)
	if err != nil {
		return Marks{}, err
	}
	width := data.Channels * size * size
	canvas, bytes, pictures := pfaces.NewCanvas(size), make([]uint8, width), make([]float32, chunk*width)
	var t tally
	for first := 0; first < faces; first += chunk {
		some := min(chunk, faces-first)
		for i := range some {
			f.Render(canvas, bytes, pfaces.Exam, first+i)
			for x, v := range bytes {
				pictures[i*width+x] = float32(v)/127.5 - 1
			}
		}
		_, readings := r.Read(pictures[:some*width])
		for i, reading := range readings {
			t.add(reading.Attributes, f.Attributes(pfaces.Exam, first+i))
		}
	}
	return t.marks(), nil
}

// tally compares readings with the truth.
type tally struct {
	n             float64
	right         [pfaces.Categorical]float64
	off, sum, sq  [numbers]float64 // of squared errors, of the truth, of its squares
	read, correct [numbers]float32
}

func (t *tally) add(read, correct pfaces.Attributes) {
	t.n++
	for k, v := range correct.Kinds {
		if read.Kinds[k] == v {
			t.right[k]++
		}
	}
	truth(t.read[:], read)
	truth(t.correct[:], correct)
	for i, c := range t.correct {
		d := float64(t.read[i]) - float64(c)
		t.off[i] += d * d
		t.sum[i] += float64(c)
		t.sq[i] += float64(c) * float64(c)
	}
}

func (t *tally) marks() (m Marks) {
	for k, right := range t.right {
		m.Kinds[k] = right / t.n
	}
	r2 := func(i int) float64 { return 1 - t.off[i]/(t.sq[i]-t.sum[i]*t.sum[i]/t.n) }
	for v := range m.Values {
		m.Values[v] = r2(v)
		if v >= pfaces.FirstHue {
			m.Values[v] = math.Min(r2(v), r2(v+hues))
		}
	}
	return m
}

// String is one line per attribute.
func (m Marks) String() string {
	var b strings.Builder
	for k, kind := range pfaces.Kinds() {
		fmt.Fprintf(&b, "%-12s right %.4f\n", kind.Name, m.Kinds[k])
	}
	for v, name := range pfaces.Names() {
		fmt.Fprintf(&b, "%-12s R²    %.4f\n", name, m.Values[v])
	}
	return b.String()
}
