package sweeps

import (
	"slices"

	"sweep/training"
)

// isAxisKey tells whether a field's key names an axis, and reports it when not.
func (a *axes) isAxisKey(f *node, all []factor) bool {
	names := axisNames(all)
	if slices.Contains(names, f.key) {
		return true
	}
	a.atKey(f, "is no axis of this experiment%s", didYouMean(f.key, names))
	return false
}

// isAxis is isAxisKey for a name that stands as a value.
func (a *axes) isAxis(n *node, name string, all []factor) bool {
	names := axisNames(all)
	if slices.Contains(names, name) {
		return true
	}
	a.at(n, "%s is no axis of this experiment%s", show(name), didYouMean(name, names))
	return false
}

func axisNames(all []factor) []string {
	var names []string
	for _, fa := range all {
		names = append(names, fa.names...)
	}
	return names
}

// level reads a value that an axis must have.
func (a *axes) level(axis string, n *node, all []factor) (training.Value, bool) {
	p, _ := a.schema.Param(axis)
	v, ok := a.value(n, p)
	if !ok {
		return v, false
	}
	for _, fa := range all {
		if !slices.Contains(fa.names, axis) {
			continue
		}
		if slices.ContainsFunc(fa.rows, func(row []training.Value) bool { return fa.matches(row, training.Params{{Name: axis, Value: v}}) }) {
			return v, true
		}
	}
	a.at(n, "%s is not a value of axis %s, so this matches no cell", v, axis)
	return v, false
}
