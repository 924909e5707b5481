package sweeps

import (
	"slices"
	"strconv"

	"sweep/training"
)

// What the axes of one file may hold.
const (
	maxAxisValues = 1000
	maxValues     = 20_000 // over all experiments: defaults are typed once for each
	maxZips       = 16
	maxExcludes   = 64 // one bit each in a row's mask
)

// grid reads the parameters, the axes and what is left out of their product.
// Each parameter may be given in one place only.
func (r *report) grid(e *Experiment, n *node, schema training.Schema) {
	a := &axes{report: r, schema: schema, owner: map[string]*node{}}
	before := r.mistakes
	e.Fixed = a.fixed(n.get("parameters"))
	e.Axes = a.matrix(n.get("matrix"))
	e.Zips = a.zips(n.get("zip"))
	if r.mistakes == before { // what exclude matches is only known of sound axes
		e.Exclude = a.excludes(n.get("exclude"), e)
	}
	if r.mistakes == before {
		e.Contrasts = a.contrasts(n.get("contrasts"), e)
	}
}

// axes reads the parameters of one experiment.
type axes struct {
	*report
	schema training.Schema
	owner  map[string]*node // the first place that gives each parameter
}

// param finds the parameter that a field names, and reports an unknown one or
// one that is given elsewhere too.
func (a *axes) param(f *node) (training.Param, bool) {
	p, ok := a.schema.Param(f.key)
	switch {
	case a.schema.Missing:
		p = training.Param{Name: f.key}
		if ok = plainKey.MatchString(f.key); !ok {
			a.atKey(f, "%s is not a parameter's name", show(f.key))
		}
	case !ok:
		a.atKey(f, "unknown parameter of task %s%s", a.schema.Task, didYouMean(f.key, a.schema.Names()))
	}
	if first := a.owner[f.key]; ok && first != nil {
		a.atKey(f, "is given by %s in line %d too", first.path(), first.keyLine)
		return p, false
	}
	a.owner[f.key] = f
	return p, ok
}

// value types one value by its parameter. The parameters of a missing task
// have no types, so theirs are guessed.
func (a *axes) value(n *node, p training.Param) (training.Value, bool) {
	a.values++
	if !a.is(n, scalar) || !a.brief(n) {
		return training.Value{}, false
	}
	if a.schema.Missing {
		return guess(n), true
	}
	v, err := p.Parse(n.text)
	if err != nil {
		a.at(n, "%v%s", err, didYouMean(n.text, p.Enum))
	}
	return v, err == nil
}

func guess(n *node) training.Value {
	if !n.quoted {
		for _, k := range []training.Kind{training.Bool, training.Int, training.Float} {
			if v, err := k.Convert(n.text); err == nil {
				return v
			}
		}
	}
	return training.StringValue(n.text)
}

func (a *axes) fixed(n *node) training.Params {
	if !a.is(n, mapping) {
		return nil
	}
	var out training.Params
	for _, f := range n.items {
		if p, ok := a.param(f); ok {
			if v, ok := a.value(f, p); ok {
				out = out.With(p.Name, v)
			}
		}
	}
	return out
}

func (a *axes) matrix(n *node) []Axis {
	if !a.is(n, mapping) {
		return nil
	}
	var out []Axis
	for _, f := range n.items {
		if p, ok := a.param(f); ok {
			axis := a.axis(f, p)
			a.distinct(f, axis)
			out = append(out, axis)
		}
	}
	return out
}

// axis reads the values of one axis; an axis that is no list has none.
func (a *axes) axis(f *node, p training.Param) Axis {
	axis := Axis{Name: p.Name}
	if !a.is(f, list) || !a.affordable(f) {
		return axis
	}
	if len(f.items) == 0 {
		a.at(f, "is empty, one value is needed")
	}
	if len(f.items) > maxAxisValues {
		a.at(f, "holds %d values, at most %d are allowed", len(f.items), maxAxisValues)
		return axis
	}
	for _, item := range f.items {
		if v, ok := a.value(item, p); ok {
			axis.Values = append(axis.Values, v)
		}
	}
	return axis
}

// affordable stops a file whose defaults would be typed over and over.
func (r *report) affordable(n *node) bool {
	if r.values+len(n.items) <= maxValues {
		return true
	}
	r.values = maxValues + 1
	r.at(n, "with this the file holds more than %d values, over all experiments", maxValues)
	return false
}

// distinct reports values that are the same once typed: 1, 1.0 and "1".
func (a *axes) distinct(f *node, axis Axis) {
	if len(axis.Values) != len(f.items) {
		return
	}
	seen := make(map[training.Value]*node, len(axis.Values))
	for i, v := range axis.Values {
		if first := seen[v]; first != nil {
			a.at(f.items[i], "%s is the same value as %s[%d]", v, axis.Name, first.index)
		}
		seen[v] = f.items[i]
	}
}

func (a *axes) zips(n *node) []Zip {
	if !a.is(n, mapping) {
		return nil
	}
	if len(n.items) > maxZips {
		a.at(n, "holds %d groups, at most %d are allowed", len(n.items), maxZips)
		return nil
	}
	var out []Zip
	for _, g := range n.items {
		if g.kind == list {
			a.at(g, "expected a group of axes that vary together, such as zip: {rates: {d_lr: [1e-3, 1e-4], g_lr: [1e-3, 1e-3]}}")
			continue
		}
		if !nameForm.MatchString(g.key) {
			a.atKey(g, "%s is not a name for a group: 1 to 63 of a-z, 0-9 and -", show(g.key))
		}
		if a.is(g, mapping) {
			out = append(out, a.zip(g))
		}
	}
	return out
}

func (a *axes) zip(g *node) Zip {
	z := Zip{Name: g.key}
	if len(g.items) == 0 {
		a.at(g, "is empty, one axis is needed")
	}
	for _, f := range g.items {
		p, ok := a.param(f)
		if !ok {
			continue
		}
		z.Axes = append(z.Axes, a.axis(f, p))
		if first := g.items[0]; f.kind == list && first.kind == list && len(f.items) != len(first.items) {
			a.atKey(f, "has %d values where %s has %d, axes of a zip are of one length", len(f.items), first.key, len(first.items))
		}
	}
	a.distinctRows(g, z)
	return z
}

// distinctRows reports rows of a zip that are the same in every axis.
func (a *axes) distinctRows(g *node, z Zip) {
	if len(z.Axes) != len(g.items) || slices.ContainsFunc(z.Axes, func(x Axis) bool { return len(x.Values) != len(z.Axes[0].Values) }) {
		return
	}
	if len(z.Axes) == 0 {
		return
	}
	seen := map[string]int{}
	for i := range z.Axes[0].Values {
		var row string
		for _, x := range z.Axes {
			row += strconv.Quote(x.Values[i].String())
		}
		if first, twice := seen[row]; twice {
			a.at(g, "rows %d and %d are the same", first, i)
			continue
		}
		seen[row] = i
	}
}
