package pfaces_test

import (
	"math"
	"testing"

	"sweep/training/tasks/faces/pfaces"
)

const many = 40000

// Kinds of a full set are equally likely, and values uniform.
func TestAFullSetIsUniform(t *testing.T) {
	f := faces(t, "full", 32)
	var sums [pfaces.Continuous]float64
	counts := [pfaces.Categorical][6]int{}
	for i := range many {
		a := f.Attributes(pfaces.Train, i)
		for v, x := range a.Values {
			sums[v] += float64(x) / 65536
		}
		for k, x := range a.Kinds {
			counts[k][x]++
		}
	}
	for v, name := range pfaces.Names() {
		if mean := sums[v] / many; math.Abs(mean-0.5) > 5*0.2887/math.Sqrt(many) {
			t.Errorf("the mean of %s is %v", name, mean)
		}
	}
	for k, kind := range pfaces.Kinds() {
		for x, name := range kind.Values {
			p := 1 / float64(len(kind.Values))
			if n := float64(counts[k][x]); math.Abs(n-p*many) > 5*math.Sqrt(p*(1-p)*many) {
				t.Errorf("%s is %s %v times", kind.Name, name, n)
			}
		}
	}
}

func TestModesHaveTheirWeights(t *testing.T) {
	for variant, modes := range map[string]int{"modes": 256, "modes64": 64, "skew": 256, "full": 2304, "corr": 2304} {
		f := faces(t, variant, 32)
		m, counts, total := f.Modes(), make([]int, modes), 0.0
		if m.Len() != modes {
			t.Fatalf("%s has %d modes", variant, m.Len())
		}
		for i := range many {
			counts[m.Of(f.Attributes(pfaces.Train, i).Kinds)]++
		}
		for mode, n := range counts {
			p := f.Weight(mode)
			total += p
			if math.Abs(float64(n)-p*many) > 6*math.Sqrt(p*many) {
				t.Errorf("%s: mode %d comes %d times, expected %.1f", variant, mode, n, p*many)
			}
			if m.Of(m.Kinds(mode)) != mode {
				t.Errorf("%s: mode %d has the kinds %v", variant, mode, m.Kinds(mode))
			}
		}
		if math.Abs(total-1) > 1e-9 {
			t.Errorf("%s: the weights' sum is %v", variant, total)
		}
	}
}

func TestKindsOfNoModeAreTold(t *testing.T) {
	m := faces(t, "modes", 32).Modes()
	if got := m.Of([pfaces.Categorical]uint8{pfaces.Hair: 5}); got != -1 {
		t.Errorf("curly hair is mode %d", got)
	}
}

func TestGlassesGoWithHairInACorrelatedSet(t *testing.T) {
	f := faces(t, "corr", 32)
	var with, all [2]float64
	for i := range many {
		a := f.Attributes(pfaces.Train, i)
		side := int(a.Kinds[pfaces.Hair]) / 3
		all[side]++
		with[side] += float64(a.Kinds[pfaces.Glasses])
	}
	if near, far := with[0]/all[0], with[1]/all[1]; math.Abs(near-0.9) > 0.01 || math.Abs(far-0.1) > 0.01 {
		t.Errorf("shares with glasses: %v and %v", near, far)
	}
}
