package nets_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/nets"
	"sweep/training/plan"
)

// golden is what testdata/layers.py wrote: matrices by name.
type golden struct {
	In, Out, Grads map[string]struct {
		Rows, Cols int
		Data       []float32
	}
}

// single is a graph in float32 whose inputs are a golden case's.
type single struct {
	graph  *gorgonia.ExprGraph
	ops    nets.Ops[float32]
	inputs map[string]node
}

func newSingle(t *testing.T, g golden, be kernels.Backend[float32]) *single {
	s := &single{graph: gorgonia.NewGraph(), ops: nets.Ops[float32]{Backend: be}, inputs: map[string]node{}}
	for name, in := range g.In {
		n, m := nets.Input[float32](s.graph, name, in.Rows, in.Cols)
		if copy(m.Data, in.Data) != len(m.Data) {
			t.Fatalf("%s is short", name)
		}
		s.inputs[name] = n
	}
	return s
}

// layers builds each golden case: y, and statistics where it has some.
func layers() map[string]func(s *single, x node) (y, stats node, err error) {
	all := map[string]func(s *single, x node) (y, stats node, err error){}
	conv := func(name string, transposed bool, c kernels.Conv) {
		all[name] = func(s *single, x node) (y, _ node, err error) {
			if transposed {
				y, err = s.ops.ConvTranspose(x, s.inputs["w"], s.inputs["b"], c)
			} else {
				y, err = s.ops.Conv(x, s.inputs["w"], s.inputs["b"], c)
			}
			return y, nil, err
		}
	}
	conv("Conv k4 s2 p1", false, kernels.Conv{Channels: 3, Height: 12, Width: 8, Filters: 5, Size: 4, Pad: 1, Stride: 2})
	conv("Conv k3 s2 p1", false, kernels.Conv{Channels: 2, Height: 7, Width: 9, Filters: 6, Size: 3, Pad: 1, Stride: 2})
	conv("Conv k5 s2 p2", false, kernels.Conv{Channels: 2, Height: 8, Width: 9, Filters: 3, Size: 5, Pad: 2, Stride: 2})
	conv("Conv k3 s1 p1", false, kernels.Conv{Channels: 2, Height: 6, Width: 5, Filters: 4, Size: 3, Pad: 1, Stride: 1})
	conv("ConvTranspose k4 s2 p0", true, kernels.Conv{Channels: 3, Height: 12, Width: 8, Filters: 5, Size: 4, Stride: 2})
	conv("ConvTranspose k4 s2 p1", true, kernels.Conv{Channels: 3, Height: 12, Width: 8, Filters: 5, Size: 4, Pad: 1, Stride: 2})
	conv("ConvTranspose k3 s2 p1", true, kernels.Conv{Channels: 2, Height: 7, Width: 9, Filters: 4, Size: 3, Pad: 1, Stride: 2})
	elu, relu := kernels.Activation{Curve: kernels.ELU}, kernels.Activation{Curve: kernels.Rectified}
	channels := func(name string, count int, f kernels.Activation) {
		all[name+", train"] = func(s *single, x node) (y, stats node, err error) {
			return s.ops.BatchNormChannels(x, s.inputs["gamma"], s.inputs["beta"], count, f)
		}
		all[name+", test"] = func(s *single, x node) (y, stats node, err error) {
			y, err = s.ops.BatchNormChannelsTest(x, s.inputs["running"], s.inputs["gamma"], s.inputs["beta"], count, f)
			return y, nil, err
		}
	}
	channels("channels, then ELU", 3, elu)
	channels("channels, then ReLU", 4, relu)
	bent := func(name string, f kernels.Activation) {
		all[name] = func(s *single, x node) (y, _ node, err error) {
			y, err = s.ops.Activate(x, nil, 0, f)
			return y, nil, err
		}
	}
	bent("ELU", elu)
	bent("leaky", kernels.Activation{Curve: kernels.Rectified, Leak: 0.2})
	bent("tanh", kernels.Activation{Curve: kernels.Tanh})
	all["features after ReLU, train"] = func(s *single, x node) (y, stats node, err error) {
		if y, err = s.ops.Activate(x, nil, 0, relu); err != nil {
			return nil, nil, err
		}
		return s.ops.BatchNorm(y, s.inputs["gamma"], s.inputs["beta"], false)
	}
	all["features after ReLU, test"] = func(s *single, x node) (y, stats node, err error) {
		if y, err = s.ops.Activate(x, nil, 0, relu); err != nil {
			return nil, nil, err
		}
		y, err = s.ops.BatchNormTest(y, s.inputs["running"], s.inputs["gamma"], s.inputs["beta"], false)
		return y, nil, err
	}
	all["minibatch discrimination"] = func(s *single, x node) (y, _ node, err error) {
		y, err = s.ops.MinibatchDiscrimination(x, s.inputs["t"], s.inputs["b"], 4)
		return y, nil, err
	}
	return all
}

func TestEveryLayerIsPyTorchs(t *testing.T) {
	text, err := os.ReadFile("testdata/layers.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases map[string]golden }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	build := layers()
	if len(build) != len(file.Cases) {
		t.Errorf("%d layers are tested, PyTorch gave %d", len(build), len(file.Cases))
	}
	for name, g := range file.Cases {
		for _, be := range []kernels.Backend[float32]{kernels.NewReference[float32](), cpu.New()} {
			t.Run(fmt.Sprintf("%s, %s", name, be.Name()), func(t *testing.T) {
				if build[name] == nil {
					t.Fatal("no such layer")
				}
				againstPyTorch(t, g, newSingle(t, g, be), build[name])
			})
		}
	}
}

// againstPyTorch holds the output, running statistics after one pass, and every
// gradient against the golden ones.
func againstPyTorch(t *testing.T, g golden, s *single, build func(s *single, x node) (y, stats node, err error)) {
	y, stats, err := build(s, s.inputs["x"])
	if err != nil {
		t.Fatal(err)
	}
	results, names := gorgonia.Nodes{y}, []string{"y"}
	if len(g.Grads) > 0 {
		var wrt gorgonia.Nodes
		for name := range g.Grads {
			wrt, names = append(wrt, s.inputs[name]), append(names, name)
		}
		grads, err := s.ops.VJP(gorgonia.Nodes{y}, gorgonia.Nodes{s.inputs["weigh"]}, wrt)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, grads...)
	}
	if stats != nil {
		results = append(results, stats)
	}
	p, err := plan.Compile(s.ops.Backend, results...)
	if err != nil {
		t.Fatal(err)
	}
	p.Run()
	near(t, "y", p.Output(0).Data, g.Out["y"].Data)
	for i, name := range names[1:] {
		near(t, "the gradient by "+name, p.Output(i+1).Data, g.Grads[name].Data)
	}
	if stats != nil {
		running := nets.NewRunning[float32]("bn", stats.Shape()[1])
		running.Update(p.Output(len(names)))
		near(t, "running", running.Data, g.Out["running"].Data)
	}
}

func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s has %d elements, PyTorch %d", what, len(got), len(want))
	}
	var wrong []string
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-4) {
			wrong = append(wrong, fmt.Sprintf("%d: %v, PyTorch %v", i, got[i], want[i]))
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%s: %d of %d elements: %.200s", what, len(wrong), len(got), strings.Join(wrong, "; "))
	}
}
