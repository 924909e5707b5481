package training

// Description is what a trial of a task trains and what that takes: the layers
// of its networks and the work of one outer iteration. Both are read off the
// networks and graphs that train, with nothing trained and no data read.
type Description struct {
	Task          string   `json:"task"`
	Params        Params   `json:"params"`
	Generator     *Network `json:"generator,omitempty"` // none in a control without one
	Discriminator Network  `json:"discriminator"`
	Phases        []Phase  `json:"phases"`
	Flops         int64    `json:"flops_per_iteration"` // of all phases
}

// Network is one network's layers, from its input to its output.
type Network struct {
	Name        string  `json:"name"`
	Parameters  int64   `json:"parameters"`       // trained numbers
	Flops       int64   `json:"flops_per_sample"` // forward; see Layer
	Initialiser string  `json:"initialiser"`      // the rule of the weights
	Layers      []Layer `json:"layers"`
}

// Layer is one line of a network.
type Layer struct {
	Name       string   `json:"name"` // as in the parameters' names, "generator.0"
	Kind       string   `json:"kind"`
	Output     []int    `json:"output"`               // of one sample: features, or channels, height, width
	Activation string   `json:"activation,omitempty"` // "" for the identity
	Noise      float64  `json:"noise,omitempty"`      // standard deviation in training mode
	Tensors    []Tensor `json:"tensors,omitempty"`    // trained
	Parameters int64    `json:"parameters"`

	// Flops are the floating-point operations of the layer's products for one
	// sample, forward: two for a multiplication and its addition. Element-wise work
	// is left out.
	Flops int64 `json:"flops_per_sample"`
}

// Tensor is one trained tensor of a layer.
type Tensor struct {
	Name      string  `json:"name"`
	Shape     []int   `json:"shape"`
	Deviation float64 `json:"deviation,omitempty"` // of the normals it begins as; without one it begins as a constant
}

// Phase is a part of an outer iteration that runs some times over.
type Phase struct {
	Name          string `json:"name"`
	Times         int64  `json:"times"`
	Generator     Work   `json:"generator"`     // of one time
	Discriminator Work   `json:"discriminator"` // of one time
}

// Work is floating-point operations of products, a batch's.
type Work struct {
	Forward  int64 `json:"forward_flops"`
	Backward int64 `json:"backward_flops"`
}

// Add appends a layer and counts it in.
func (n *Network) Add(l Layer) {
	for _, t := range l.Tensors {
		size := int64(1)
		for _, side := range t.Shape {
			size *= int64(side)
		}
		l.Parameters += size
	}
	n.Layers = append(n.Layers, l)
	n.Parameters += l.Parameters
	n.Flops += l.Flops
}

// Flops is the work of a phase, all its times.
func (p Phase) Flops() int64 {
	return p.Times * (p.Generator.Forward + p.Generator.Backward + p.Discriminator.Forward + p.Discriminator.Backward)
}

// Sum fills in the work of all phases.
func (d Description) Sum() Description {
	d.Flops = 0
	for _, p := range d.Phases {
		d.Flops += p.Flops()
	}
	return d
}
