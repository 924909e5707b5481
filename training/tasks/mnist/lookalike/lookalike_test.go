package lookalike_test

import (
	"bytes"
	"maps"
	"testing"

	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

func drawn(t *testing.T, train, test int, seed int64) *data.Set {
	t.Helper()
	dir := t.TempDir()
	if err := lookalike.Write(dir, train, test, seed); err != nil {
		t.Fatal(err)
	}
	s, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASetIsAFunctionOfSizesAndSeed(t *testing.T) {
	a, again := lookalike.Files(30, 20, 1), lookalike.Files(30, 20, 1)
	if !maps.EqualFunc(a, again, bytes.Equal) {
		t.Error("one seed draws two sets")
	}
	for name, other := range map[string]map[string][]byte{"seed": lookalike.Files(30, 20, 2), "size": lookalike.Files(31, 20, 1)} {
		if maps.EqualFunc(a, other, bytes.Equal) {
			t.Errorf("another %s draws the same set", name)
		}
	}
}

func TestSizesAndClassesAreAsAsked(t *testing.T) {
	s := drawn(t, 205, 40, 1)
	if s.Train.Len() != 205 || s.Test.Len() != 40 || s.Published() {
		t.Errorf("%d and %d images, published %v", s.Train.Len(), s.Test.Len(), s.Published())
	}
	var perClass [data.Classes]int
	for _, v := range s.Train.Labels {
		perClass[v]++
	}
	for class, n := range perClass {
		if n < 20 || n > 21 {
			t.Errorf("%d images of class %d", n, class)
		}
	}
}

// What makes it fit for tests of a classifier: the nearest of 1,000 images
// tells the class of 95 in 100 others.
func TestClassesCanBeToldApart(t *testing.T) {
	s := drawn(t, 1000, 100, 4)
	right := 0
	for i := range s.Test.Len() {
		if s.Train.Labels[nearest(s.Train, s.Test.Images[i*data.Pixels:(i+1)*data.Pixels])] == s.Test.Labels[i] {
			right++
		}
	}
	if right < 95 {
		t.Errorf("%d of 100 are told", right)
	}
}

func nearest(p data.Part, image []uint8) int {
	best, least := 0, int(^uint(0)>>1)
	for i := range p.Len() {
		sum := 0
		for x, v := range p.Images[i*data.Pixels : (i+1)*data.Pixels] {
			d := int(v) - int(image[x])
			sum += d * d
		}
		if sum < least {
			best, least = i, sum
		}
	}
	return best
}
