package faces

import (
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/array"
)

// Sizes of the pictures (experiments.md §1.3, §6).
const (
	gridSamples = 100    // the source's 10×10 grid
	walks, pace = 20, 10 // rows of the interpolation sheet, and pictures in each
	analogyRows = 12     // of the sheet of analogies
)

// painter draws a generator's pictures, batch normalisation in test mode, and has
// them scored.
type painter[T kernels.Float] struct {
	settings
	maker   *maker[T]
	develop func()  // makes the maker's pictures of its codes
	quality Quality // nil for none
}

func newPainter[T kernels.Float](be kernels.Backend[T], g *nets.ConvNet[T], s settings) (*painter[T], error) {
	m, err := newMaker(be, g, gridSamples, true)
	if err != nil {
		return nil, err
	}
	return &painter[T]{settings: s, maker: m, develop: m.run}, nil
}

// evaluate draws the pictures that are due after a step and scores them.
func (p *painter[T]) evaluate(step int64) (points []training.Point, artifacts []training.Artifact) {
	if step == 0 && p.quality != nil {
		return p.quality.Ceiling(), nil
	}
	if !p.draws(step) {
		return nil, nil
	}
	if p.quality != nil {
		points = p.quality.Points(p.samples(step, p.quality.Samples()))
		if p.paths > 0 && step == p.epochs*p.evalEvery {
			points = append(points, p.quality.Paths(p.generate, p.zDim(), p.paths)...)
		}
	}
	artifacts = p.pictures(step)
	if p.quality != nil && p.paths > 0 && step == p.epochs*p.evalEvery {
		artifacts = append(artifacts, p.analogies(step)...)
	}
	return points, artifacts
}

// samples are n pictures (n, 3·size²) from −1 to 1, NCHW, of codes that belong to
// the step: the first hundred are the grid's. n is rounded up to hundreds.
func (p *painter[T]) samples(step int64, n int) []float32 {
	out := make([]float32, 0, (n+gridSamples)*p.discriminator.In.Size())
	for i := uint32(0); len(out) < n*p.discriminator.In.Size(); i++ {
		codes(p.maker.X, p.key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: i})
		out = p.paint(out, gridSamples)
	}
	return out
}

// paint appends the pictures of the first n codes in the maker.
func (p *painter[T]) paint(out []float32, n int) []float32 {
	p.develop()
	for _, v := range p.maker.pictures().Data[:n*p.discriminator.In.Size()] {
		out = append(out, float32(v))
	}
	return out
}

// generate gives the pictures of any number of codes (n, z_dim).
func (p *painter[T]) generate(z []float32) (out []float32) {
	for len(z) > 0 {
		n := min(gridSamples, len(z)/p.zDim())
		for i, v := range z[:n*p.zDim()] {
			p.maker.X.Data[i] = T(v)
		}
		out = p.paint(out, n)
		z = z[n*p.zDim():]
	}
	return out
}

// inWalks is the inner step of the codes that the interpolation sheet joins.
const inWalks = ^uint32(0)

// interpolations are walks·pace pictures: row g goes from code 2g+1 to code 2g
// of forty, both shown (the source stops one step short, experiments.md §6).
func (p *painter[T]) interpolations(step int64) []float32 {
	ends := kernels.NewMatrix[float32](2*walks, p.zDim())
	codes(ends, p.key, kernels.Counter{Stream: kernels.StreamEvalZ, Outer: uint32(step), Inner: inWalks})
	all := make([]float32, 0, walks*pace*p.zDim())
	for row := range walks {
		to, from := ends.Data[2*row*p.zDim():][:p.zDim()], ends.Data[(2*row+1)*p.zDim():][:p.zDim()]
		for i := range pace {
			all = p.between(all, from, to, float32(i)/(pace-1))
		}
	}
	return p.generate(all)
}

// between appends the code at t of the way from one to another. Where paths are
// corrected it is made as long as (1−t)·‖from‖ + t·‖to‖: the middle of a straight
// line is shorter than codes are (experiments.md §6).
func (p *painter[T]) between(out, from, to []float32, t float32) []float32 {
	first := len(out)
	for j := range from {
		out = append(out, float32(t*to[j])+float32((1-t)*from[j]))
	}
	if own := out[first:]; p.corrected && norm(own) > 0 {
		factor := float32((float64(float64(1-t)*norm(from)) + float64(float64(t)*norm(to))) / norm(own))
		for j := range own {
			own[j] *= factor
		}
	}
	return out
}

func norm(z []float32) float64 {
	var squares float64
	for _, v := range z {
		squares += float64(float64(v) * float64(v))
	}
	return math.Sqrt(squares)
}

// pictures are the artifacts of a step.
func (p *painter[T]) pictures(step int64) []training.Artifact {
	all := []training.Artifact{p.sheet("samples", step, p.samples(step, gridSamples), gridSamples)}
	if step == p.epochs*p.evalEvery {
		all = append(all, p.sheet("interpolations", step, p.interpolations(step), walks, pace))
	}
	return all
}

// analogies is a sheet of what adding and subtracting codes does, none where the
// scorer finds no analogy.
func (p *painter[T]) analogies(step int64) []training.Artifact {
	z := p.quality.Analogies(p.generate, p.zDim(), analogyRows)
	if len(z) == 0 {
		return nil
	}
	const columns = 4 // A, B, C and A − B + C
	return []training.Artifact{p.sheet("analogies", step, p.generate(z), len(z)/(columns*p.zDim()), columns)}
}

// sheet turns pictures into bytes, pixel by pixel: (x+1)/2, clipped.
func (p *painter[T]) sheet(name string, step int64, values []float32, shape ...int) training.Artifact {
	places := p.size * p.size
	body := make([]byte, len(values))
	for i, v := range values {
		picture, channel, place := i/(3*places), i/places%3, i%places
		body[(picture*places+place)*3+channel] = shade(v)
	}
	return array.Bytes(name, step, body, append(shape, p.size, p.size, 3)...)
}

func shade(v float32) byte {
	light := (float64(v) + 1) / 2
	if !(light > 0) { // NaN is dark
		return 0
	}
	return byte(math.Round(255 * math.Min(light, 1)))
}
