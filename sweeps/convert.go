package sweeps

import "go.yaml.in/yaml/v4"

// convert copies the parser's tree into n, whose place among its parents is set, and refuses what the format does
// without: anchors, aliases, merge keys, tags, keys that are no plain words,
// and keys given twice. A refused value is broken.
func (r *report) convert(from *yaml.Node, n *node) *node {
	n.line, n.column, n.kind = from.Line, from.Column, broken
	switch {
	case from.Kind == yaml.AliasNode || from.Anchor != "":
		r.at(n, "anchors and aliases are not supported, write the value out")
		return n
	case from.Style&yaml.TaggedStyle != 0:
		r.at(n, "tags (%s) are not supported", show(from.Tag))
		return n
	}
	switch from.Kind {
	case yaml.MappingNode:
		n.kind = mapping
		r.fields(n, from.Content)
	case yaml.SequenceNode:
		n.kind = list
		for i, c := range from.Content {
			n.items = append(n.items, r.convert(c, &node{parent: n, index: i}))
		}
	default:
		n.kind = scalar
		n.text = from.Value
		n.quoted = from.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		n.null = !n.quoted && from.Tag == "!!null"
	}
	return n
}

func (r *report) fields(n *node, content []*yaml.Node) {
	first := make(map[string]int, len(content)/2)
	for i := 0; i+1 < len(content); i += 2 {
		key := content[i]
		f := &node{parent: n, key: key.Value, keyLine: key.Line, keyColumn: key.Column}
		line, twice := first[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0:
			r.add(key.Line, key.Column, n.path(), "a key must be a plain word")
		case key.Tag == "!!merge":
			r.atKey(f, "merge keys are not supported, use defaults or write the keys out")
		case twice:
			r.atKey(f, "is given twice (first in line %d)", line)
		default:
			first[key.Value] = key.Line
			n.items = append(n.items, r.convert(content[i+1], f))
		}
	}
}
