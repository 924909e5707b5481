package quality_test

import (
	"testing"

	"sweep/training/kernels/cpu"
	"sweep/training/tasks/faces/pfaces"
)

// faceCodes is the dimension of the codes that draws takes.
const faceCodes = pfaces.Continuous + pfaces.Categorical

// draws is a perfect generator: a number of the code for each attribute.
func draws(z []float32) (out []float32) {
	canvas, bytes := pfaces.NewCanvas(side), make([]uint8, 3*side*side)
	for ; len(z) > 0; z = z[faceCodes:] {
		canvas.Draw(bytes, attributes(z), pfaces.Plain())
		for _, v := range bytes {
			out = append(out, float32(v)/127.5-1)
		}
	}
	return out
}

func attributes(z []float32) (a pfaces.Attributes) {
	share := func(v float32) float64 { return max(0, min(0.99999, (float64(v)+1)/2)) }
	for v := range a.Values {
		a.Values[v] = uint16(65536 * share(z[v]))
	}
	for k, kind := range pfaces.Kinds() {
		a.Kinds[k] = uint8(float64(len(kind.Values)) * share(z[pfaces.Continuous+k]))
	}
	return a
}

// fades blends the pixels of two faces, as a code of one number says.
func fades(z []float32) (out []float32) {
	var a, b pfaces.Attributes
	for v := range b.Values {
		b.Values[v], a.Values[v] = 60000, 5000
	}
	b.Kinds = [pfaces.Categorical]uint8{5, 3, 2, 3, 1, 3}
	x, y := drawn(a), drawn(b)
	for ; len(z) > 0; z = z[1:] {
		t := (z[0] + 1) / 2
		for i := range x {
			out = append(out, x[i]+t*(y[i]-x[i]))
		}
	}
	return out
}

func drawn(a pfaces.Attributes) (out []float32) {
	bytes := make([]uint8, 3*side*side)
	pfaces.NewCanvas(side).Draw(bytes, a, pfaces.Plain())
	for _, v := range bytes {
		out = append(out, float32(v)/127.5-1)
	}
	return out
}

func TestPathsOfAPerfectGeneratorAreMonotone(t *testing.T) {
	s := scorer(t, cpu.New(), "full")
	good := s.Paths(draws, faceCodes, 12)
	if v := value(t, good, "path_monotony"); v < 0.95 {
		t.Errorf("the attributes' monotony is %v", v)
	}
	if v := value(t, good, "path_middle"); v > 1.5 {
		t.Errorf("the middles are %v times as far from a drawing as the ends", v)
	}
	if success, side := value(t, good, "analogy_success"), value(t, good, "analogy_side"); success < 0.4 || side > 0.2 {
		t.Errorf("analogies succeed %v of the time, with %v side effects", success, side)
	}
	faded := s.Paths(fades, 1, 12)
	if a, b := value(t, faded, "path_middle"), value(t, good, "path_middle"); a < b {
		t.Errorf("fading between pictures has middles %v times as bad as its ends, drawing %v", a, b)
	}
}

func TestASheetOfAnalogiesHasRowsOfFour(t *testing.T) {
	z := scorer(t, cpu.New(), "full").Analogies(draws, faceCodes, 5)
	if len(z) != 5*4*faceCodes {
		t.Fatalf("%d values", len(z))
	}
	for row := range 5 {
		a, b, c, answer := code(z, 4*row), code(z, 4*row+1), code(z, 4*row+2), code(z, 4*row+3)
		for d := range answer {
			if answer[d] != a[d]-b[d]+c[d] {
				t.Fatalf("row %d: %v is not %v − %v + %v", row, answer[d], a[d], b[d], c[d])
			}
		}
	}
	if z := scorer(t, cpu.New(), "full").Analogies(always(drawn(pfaces.Attributes{})), 2, 5); len(z) > 0 {
		t.Errorf("a generator of one picture has %d values", len(z))
	}
}

// always is a generator of one picture from codes of two numbers.
func always(one []float32) func([]float32) []float32 {
	return func(z []float32) (out []float32) {
		for range len(z) / 2 {
			out = append(out, one...)
		}
		return out
	}
}

func code(z []float32, i int) []float32 { return z[i*faceCodes : (i+1)*faceCodes] }

func TestAGeneratorOfOnePictureHasNoPaths(t *testing.T) {
	s := scorer(t, cpu.New(), "full")
	points := s.Paths(always(drawn(pfaces.Attributes{})), 2, 3)
	if len(points) != 2 || points[0].Metric != "path_middle" || points[0].Value != 1 || points[1].Metric != "analogy_success" || points[1].Value != 0 {
		t.Errorf("got %v", points)
	}
	if got := s.Paths(draws, faceCodes, 0); got != nil {
		t.Errorf("no pairs give %v", got)
	}
}
