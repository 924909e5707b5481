package plan_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// model is both players' graphs, filled at random, and everything that can be
// asked of them.
type model[T kernels.Float] struct {
	be           kernels.Backend[T]
	g            *nets.Generator[T]
	d            *nets.Discriminator[T]
	ofG, ofD     gorgonia.Nodes
	first, after gorgonia.Nodes // of D: the losses and gradients, and the gradients' gradients
}

func build[T kernels.Float](t *testing.T) model[T] {
	t.Helper()
	be := kernels.NewReference[T]()
	gn, dn := nets.NewMLP[T]("generator", 6, 12, 11, 2), nets.NewMLP[T]("discriminator", 2, 10, 1)
	gn.HeNormal(be, 0.8, kernels.NewKey(1), kernels.StreamInitG)
	dn.HeNormal(be, 0.8, kernels.NewKey(1), kernels.StreamInitD)
	g, err := nets.NewGenerator(be, gn, 13)
	if err != nil {
		t.Fatal(err)
	}
	d, err := nets.NewDiscriminator(be, dn, 13, 0.5, nets.Minimax)
	if err != nil {
		t.Fatal(err)
	}
	m := model[T]{be: be, g: g, d: d, ofG: append(gorgonia.Nodes{g.Fake}, g.Grads...)}
	m.first = append(append(gorgonia.Nodes{d.DLoss, d.DReal, d.DFake, d.GLoss, d.Cost}, d.DGrads...), d.GGrads...)
	m.after = append(gorgonia.Nodes{d.Pull}, d.Curve...)
	m.ofD = append(append(gorgonia.Nodes{}, m.first...), m.after...)
	m.draw(0)
	return m
}

func (m model[T]) draw(step uint32) {
	for i, x := range append([]kernels.Matrix[T]{m.g.Z, m.g.Cost, m.d.Real, m.d.Fake}, m.d.Direction...) {
		m.be.Normals(x.Data, kernels.NewKey(2), kernels.Counter{Outer: step, Inner: uint32(i)})
	}
}

func stages[T kernels.Float](t *testing.T, be kernels.Backend[T], groups ...gorgonia.Nodes) []*plan.Program[T] {
	t.Helper()
	out, err := plan.Stages(be, groups...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func equalsTheTapeMachine[T kernels.Float](t *testing.T) {
	m := build[T](t)
	for _, outs := range []gorgonia.Nodes{m.ofG, m.ofD} {
		program := stages(t, m.be, outs)[0]
		vm := gorgonia.NewTapeMachine(outs[0].Graph())
		defer vm.Close()
		for step := range uint32(5) {
			m.draw(step)
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			program.Run()
			for i, out := range outs {
				want, err := nets.View[T](out.Value())
				if err != nil {
					t.Fatal(err)
				}
				if got := program.Output(i); !slices.Equal(got.Data, want.Data) {
					t.Fatalf("step %d, output %d (%v): program and TapeMachine differ", step, i, out)
				}
			}
			vm.Reset()
		}
	}
}

func TestAProgramComputesTheTapeMachinesBytes(t *testing.T) {
	t.Run("float32", equalsTheTapeMachine[float32])
	t.Run("float64", equalsTheTapeMachine[float64])
}

func TestAProgramLeavesOutWhatItsOutputsDoNotNeed(t *testing.T) {
	m := build[float32](t)
	for name, c := range map[string]struct {
		output *gorgonia.Node
		calls  int
	}{
		"three layers":                           {m.g.Fake, 3},
		"two scalings, two passes, loss and sum": {m.d.DLoss, 9},
		"one pass":                               {m.d.DReal, 4},
	} {
		if p := stages(t, m.be, gorgonia.Nodes{c.output})[0]; p.Len() != c.calls {
			t.Errorf("%s take %d calls, want %d", name, p.Len(), c.calls)
		}
	}
}

func TestWhatIsWrittenTwiceIsComputedOnce(t *testing.T) {
	m := build[float32](t)
	ops := nets.Ops[float32]{Backend: m.be}
	again, err := ops.Scale(m.d.DLoss, -1) // as the minimax loss has it
	if err != nil {
		t.Fatal(err)
	}
	one := stages(t, m.be, gorgonia.Nodes{m.d.GLoss})[0].Len()
	if two := stages(t, m.be, gorgonia.Nodes{m.d.GLoss, again})[0].Len(); two != one {
		t.Errorf("%d calls, alone %d", two, one)
	}
}

// TestStagesComputeWhatOneProgramDoes runs the later stage twice, as often as an
// outer step may need it.
func TestStagesComputeWhatOneProgramDoes(t *testing.T) {
	m := build[float64](t)
	whole := stages(t, m.be, m.ofD)[0]
	parts := stages(t, m.be, m.first, m.after)
	if parts[0].Len()+parts[1].Len() != whole.Len() || parts[1].Len() == 0 {
		t.Errorf("%d and %d calls in stages, %d in one", parts[0].Len(), parts[1].Len(), whole.Len())
	}
	for step := range uint32(3) {
		m.draw(step)
		whole.Run()
		parts[0].Run()
		parts[1].Run()
		parts[1].Run()
		for i := range m.ofD {
			p, at := parts[0], i
			if i >= len(m.first) {
				p, at = parts[1], i-len(m.first)
			}
			if !slices.Equal(p.Output(at).Data, whole.Output(i).Data) {
				t.Fatalf("step %d: output %d differs", step, i)
			}
		}
	}
}

// TestMemoryIsUsedAgain: of the second order's values, few live at a time.
func TestMemoryIsUsedAgain(t *testing.T) {
	m := build[float32](t)
	p := stages(t, m.be, m.after)[0]
	all := total(m.after, map[*gorgonia.Node]bool{})
	if p.Floats()*2 > all || p.Floats() == 0 {
		t.Errorf("%d elements of memory for values of %d", p.Floats(), all)
	}
}

// total is the number of elements that operations below the nodes give.
func total(of gorgonia.Nodes, seen map[*gorgonia.Node]bool) (sum int) {
	for _, n := range of {
		if seen[n] || n.Op() == nil {
			continue
		}
		seen[n] = true
		sum += n.Shape().TotalSize() + total(nets.Children(n), seen)
	}
	return sum
}

func TestRunningAProgramAllocatesNothing(t *testing.T) {
	m := build[float32](t)
	for _, program := range []*plan.Program[float32]{stages(t, m.be, m.ofG)[0], stages(t, m.be, m.ofD)[0]} {
		program.Run()
		if n := testing.AllocsPerRun(20, program.Run); n != 0 {
			t.Errorf("%v allocations per run", n)
		}
	}
}

func TestAForeignOperationIsRefused(t *testing.T) {
	m := build[float32](t)
	foreign := gorgonia.Must(gorgonia.Tanh(m.g.Fake))
	if _, err := plan.Compile(m.be, foreign); err == nil || !strings.Contains(err.Error(), "has no kernel call") {
		t.Errorf("a foreign operation gave %v", err)
	}
	if _, err := plan.Compile[float64](kernels.NewReference[float64](), m.g.Fake); err == nil {
		t.Error("a graph in float32 was lowered to float64")
	}
}
