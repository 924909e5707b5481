package sweeps

import "slices"

// merge lays an experiment's keys over the defaults, key by key and downwards
// through mappings, so that an experiment may change one parameter or one
// checkpoint interval and keep the rest. What belongs together is replaced
// whole: lists, the metric, and each group of a zip. Keys of the defaults come
// first. Every value keeps its own place in the file.
func merge(defaults, own *node) *node {
	if defaults == nil || defaults.kind != mapping || own.kind != mapping || whole(own) {
		return own
	}
	out := *own
	out.items = slices.Clone(defaults.items)
	at := make(map[string]int, len(out.items))
	for i, f := range out.items {
		at[f.key] = i
	}
	for _, f := range own.items {
		if i, ok := at[f.key]; ok {
			out.items[i] = merge(out.items[i], f)
			continue
		}
		out.items = append(out.items, f)
	}
	return &out
}

func whole(n *node) bool {
	return n.key == "metric" || n.parent != nil && n.parent.key == "zip"
}
