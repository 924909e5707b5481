package faces_test

import (
	"testing"

	"sweep/training"
	"sweep/training/nets"
	"sweep/training/tasks/faces"
)

func resolved(t testing.TB, settings ...any) training.Params {
	t.Helper()
	schema, _ := training.SchemaOf("faces")
	var given training.Params
	for i := 0; i < len(settings); i += 2 {
		param, ok := schema.Param(settings[i].(string))
		if !ok {
			t.Fatalf("no parameter %s", settings[i])
		}
		v, err := param.Parse(settings[i+1])
		if err != nil {
			t.Fatal(err)
		}
		given = given.With(param.Name, v)
	}
	p, err := schema.Resolve(given)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// experiments.md §1.3.
func TestTheSourcesNetworksHaveTheSourcesParameters(t *testing.T) {
	for _, similar := range []bool{false, true} {
		g, d := faces.Networks(resolved(t, "minibatch_discrimination", similar))
		ofG, err := g.Parameters()
		if err != nil || ofG != 5912195 {
			t.Errorf("the generator has %d parameters, %v", ofG, err)
		}
		want := map[bool]int{false: 700321, true: 3004621}[similar]
		if n, err := d.Parameters(); err != nil || n != want {
			t.Errorf("the discriminator has %d parameters, expected %d (%v)", n, want, err)
		}
	}
}

// experiments.md §1.3: 512·11·11 → 24 → 48 → 96, 32-64-128-256 at 48, 24, 12, 6.
func TestEverySizeIsReachedByDoublings(t *testing.T) {
	for size, first := range map[int]int{32: 3, 48: 5, 64: 7, 96: 11} {
		g, d := faces.Networks(resolved(t, "size", int64(size)))
		laid := lay(t, g)
		var sides, pads []int
		for _, l := range laid {
			if l.Kind == nets.ReshapeLayer || l.Kind == nets.TransposeLayer {
				sides, pads = append(sides, l.Out.Height), append(pads, l.Pad)
			}
		}
		if sides[0] != first || sides[1] != size/4 || sides[2] != size/2 || sides[3] != size || pads[1] != 0 || pads[2] != 1 || pads[3] != 1 {
			t.Errorf("%d: sides %v, paddings %v", size, sides, pads[1:])
		}
		if out, err := g.Out(); err != nil || out != (nets.Volume{Channels: 3, Height: size, Width: size}) {
			t.Errorf("%d: the generator gives %v, %v", size, out, err)
		}
		last := lay(t, d)
		if features := last[len(last)-2].Out; features != (nets.Volume{Channels: 256, Height: size / 16, Width: size / 16}) || d.In.Height != size {
			t.Errorf("%d: the discriminator's features are %v", size, features)
		}
	}
}

func lay(t *testing.T, f nets.ConvForm) []nets.Laid {
	t.Helper()
	laid, err := f.Lay("net")
	if err != nil {
		t.Fatal(err)
	}
	return laid
}
