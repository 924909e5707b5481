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

func build[T kernels.Float](t *testing.T) (*nets.GAN[T], gorgonia.Nodes, kernels.Backend[T]) {
	t.Helper()
	be := kernels.NewReference[T]()
	g, d := nets.NewMLP[T]("generator", 6, 12, 11, 2), nets.NewMLP[T]("discriminator", 2, 10, 1)
	g.HeNormal(be, 0.8, kernels.NewKey(1), kernels.StreamInitG)
	d.HeNormal(be, 0.8, kernels.NewKey(1), kernels.StreamInitD)
	n, err := nets.NewGAN(be, g, d, 13, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	outs := append(gorgonia.Nodes{n.Fake, n.DLoss, n.DReal, n.DFake, n.GLoss}, n.DGrads...)
	return n, append(outs, n.GGrads...), be
}

func equalsTheTapeMachine[T kernels.Float](t *testing.T) {
	n, outs, be := build[T](t)
	program, err := plan.Compile(be, outs...)
	if err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(n.Fake.Graph())
	defer vm.Close()
	for step := range uint32(5) {
		be.Normals(n.Z.Data, kernels.NewKey(2), kernels.Counter{Outer: step})
		be.Normals(n.Real.Data, kernels.NewKey(3), kernels.Counter{Outer: step})
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

func TestAProgramComputesTheTapeMachinesBytes(t *testing.T) {
	t.Run("float32", equalsTheTapeMachine[float32])
	t.Run("float64", equalsTheTapeMachine[float64])
}

func TestAProgramLeavesOutWhatItsOutputsDoNotNeed(t *testing.T) {
	n, _, be := build[float32](t)
	loss, err := plan.Compile(be, n.GLoss)
	if err != nil {
		t.Fatal(err)
	}
	// three layers of G, the scaling, two layers of D, the loss
	if loss.Len() != 7 {
		t.Errorf("the generator's loss takes %d calls, want 7", loss.Len())
	}
}

func TestRunningAProgramAllocatesNothing(t *testing.T) {
	_, outs, be := build[float32](t)
	program, err := plan.Compile(be, outs...)
	if err != nil {
		t.Fatal(err)
	}
	program.Run()
	if n := testing.AllocsPerRun(20, program.Run); n != 0 {
		t.Errorf("%v allocations per run", n)
	}
}

func TestAForeignOperationIsRefused(t *testing.T) {
	n, _, be := build[float32](t)
	foreign := gorgonia.Must(gorgonia.Tanh(n.Fake))
	if _, err := plan.Compile(be, foreign); err == nil || !strings.Contains(err.Error(), "has no kernel call") {
		t.Errorf("a foreign operation gave %v", err)
	}
	if _, err := plan.Compile[float64](kernels.NewReference[float64](), n.Fake); err == nil {
		t.Error("a graph in float32 was lowered to float64")
	}
}
