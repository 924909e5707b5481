package reader

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/faces/pfaces"
)

// How the weights were trained: Steps batches of Batch faces that are never seen
// again; cross-entropies of the kinds and, NumberWeight times, the squared
// errors of the numbers; Adam whose step size falls in a line from Rate to
// nothing. At step Restart Adam forgets its moments and the step size falls
// again, from SecondRate (Loshchilov and Hutter, SGDR, 2017); from then on the
// error of the brows' angle, which is read worst, counts BrowWeight times.
const (
	Seed         = 2017
	Steps        = 48000
	Restart      = 32000
	Batch        = 64
	Rate         = 1.5e-3
	SecondRate   = 7.5e-4
	NumberWeight = 6
	BrowWeight   = browRoot * browRoot

	browRoot = 2
)

// Trainer trains a network, step by step.
type Trainer struct {
	Net *Net

	be      kernels.Backend[float32]
	step    int64
	ready   chan batch                // drawn while the step before is trained
	used    chan batch                // to be drawn into again
	x       kernels.Matrix[float32]   // pictures
	kinds   []kernels.Matrix[float32] // a one in each kind's column
	numbers kernels.Matrix[float32]   // the numbers' negatives
	care    kernels.Matrix[float32]   // the root of each number's weight
	program *plan.Program[float32]    // loss, gradients
	m, v    [][]float32               // Adam's moments
}

// NewTrainer makes a network at step 0. Each of two goroutines has a backend; the
// one that draws ends with the last step.
func NewTrainer(backend func() kernels.Backend[float32], seed int64) (*Trainer, error) {
	return newTrainer(backend, seed, 0)
}

// newTrainer makes one whose first step is another one.
func newTrainer(backend func() kernels.Backend[float32], seed, first int64) (*Trainer, error) {
	key, be := kernels.NewKey(seed), backend()
	studies, err := newStudies(backend(), key, Batch)
	if err != nil {
		return nil, fmt.Errorf("training the reader: %w", err)
	}
	t := &Trainer{Net: New(), be: be, step: first, ready: make(chan batch, 2), used: make(chan batch, 2)}
	t.Net.Initialise(be, key)
	for _, p := range t.Net.Params() {
		t.m, t.v = append(t.m, make([]float32, len(p.Data))), append(t.v, make([]float32, len(p.Data)))
	}
	if err := t.compile(); err != nil {
		return nil, fmt.Errorf("building the reader's training step: %w", err)
	}
	for range cap(t.used) {
		t.used <- batch{make([]float32, Batch*pixels), make([]pfaces.Attributes, Batch)}
	}
	go t.draw(studies, first)
	return t, nil
}

func (t *Trainer) compile() error {
	g := gorgonia.NewGraph()
	ops := nets.Ops[float32]{Backend: t.be}
	var x, one *gorgonia.Node
	var seed kernels.Matrix[float32]
	x, t.x = nets.Input[float32](g, "x", Batch, pixels)
	one, seed = nets.Input[float32](g, "one", 1, 1)
	seed.Data[0] = 1
	l, err := t.Net.build(t.be, g, x)
	if err != nil {
		return err
	}
	loss, err := t.loss(ops, g, l.output)
	if err != nil {
		return err
	}
	grads, err := ops.Grad(loss, one, l.params)
	if err != nil {
		return err
	}
	t.program, err = plan.Compile(t.be, append(gorgonia.Nodes{loss}, grads...)...)
	return err
}

// loss adds up the kinds' cross-entropies and the numbers' squared errors.
func (t *Trainer) loss(ops nets.Ops[float32], g *gorgonia.ExprGraph, output *gorgonia.Node) (*gorgonia.Node, error) {
	negatives, memory := nets.Input[float32](g, "numbers", Batch, numbers)
	t.numbers = memory
	read, err := ops.Cols(output, kindOutputs, numbers)
	if err != nil {
		return nil, err
	}
	off, err := ops.Add(read, negatives)
	if err != nil {
		return nil, err
	}
	care, memory := nets.Input[float32](g, "care", Batch, numbers)
	t.care = memory
	for i := range t.care.Data {
		t.care.Data[i] = 1
	}
	if off, err = ops.Mul(off, care); err != nil {
		return nil, err
	}
	sum, err := ops.Dot(off, off)
	if err != nil {
		return nil, err
	}
	sum, err = ops.Scale(sum, float64(NumberWeight)/Batch)
	if err != nil {
		return nil, err
	}
	first := 0
	for _, k := range pfaces.Kinds() {
		labels, memory := nets.Input[float32](g, k.Name, Batch, len(k.Values))
		t.kinds = append(t.kinds, memory)
		logits, err := ops.Cols(output, first, len(k.Values))
		if err != nil {
			return nil, err
		}
		entropy, err := ops.CrossEntropy(logits, labels)
		if err != nil {
			return nil, err
		}
		if sum, err = ops.Add(sum, entropy); err != nil {
			return nil, err
		}
		first += len(k.Values)
	}
	return sum, nil
}

// Step trains on one batch and returns its loss.
func (t *Trainer) Step() float64 {
	if t.step == Restart {
		t.restart()
	}
	t.batch()
	t.program.Run()
	rate, since := Rate*(1-float64(t.step)/Restart), t.step
	if t.step >= Restart {
		since = t.step - Restart
		rate = SecondRate * (1 - float64(since)/(Steps-Restart))
	}
	t.step++
	a := kernels.NewAdamStep(rate, 0.9, 0.999, 1e-8, since+1)
	for i, p := range t.Net.Params() {
		t.be.Adam(p.Data, t.m[i], t.v[i], t.program.Output(1+i).Data, a)
	}
	return float64(t.program.Output(0).Data[0])
}

// restart forgets the moments and turns to the brows.
func (t *Trainer) restart() {
	for i := range t.m {
		clear(t.m[i])
		clear(t.v[i])
	}
	for i := pfaces.BrowAngle; i < len(t.care.Data); i += numbers {
		t.care.Data[i] = browRoot
	}
}

// batch is a step's pictures.
type batch struct {
	pictures   []float32
	attributes []pfaces.Attributes
}

// draw makes the batches, one after another.
func (t *Trainer) draw(s *studies, first int64) {
	for step := first; step < Steps; step++ {
		b := <-t.used
		s.fill(b.pictures, b.attributes, step)
		t.ready <- b
	}
}

// batch fills the inputs.
func (t *Trainer) batch() {
	b := <-t.ready
	copy(t.x.Data, b.pictures)
	for k := range t.kinds {
		clear(t.kinds[k].Data)
	}
	for i, a := range b.attributes {
		for k, kind := range a.Kinds {
			t.kinds[k].Data[i*t.kinds[k].Cols+int(kind)] = 1
		}
		row := t.numbers.Data[i*numbers : (i+1)*numbers]
		truth(row, a)
		for x := range row {
			row[x] = -row[x]
		}
	}
	t.used <- b
}

// truth writes the numbers that a face should be read as.
func truth(out []float32, a pfaces.Attributes) {
	for v, x := range a.Values[:pfaces.FirstHue] {
		out[v] = float32(x)/32768 - 1
	}
	for h, x := range a.Values[pfaces.FirstHue:] {
		sin, cos := math.Sincos(2 * math.Pi * float64(x) / 65536)
		out[pfaces.FirstHue+h], out[pfaces.FirstHue+hues+h] = float32(sin), float32(cos)
	}
}
