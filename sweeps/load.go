package sweeps

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// What a file may cost, far above what anyone writes by hand.
const (
	maxBytes   = 1 << 20
	maxDepth   = 20
	maxEntries = 20_000 // marks that begin or end an entry: bounds the nodes before any is made
)

// load turns a file into nodes, or reports why it cannot and returns nil.
func (r *report) load(data []byte) *node {
	if !r.readable(data) {
		return nil
	}
	var doc yaml.Node
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth), loaderlimits.AliasNone())
	if err := yaml.Load(data, &doc, yaml.WithPlugin(limits)); err != nil {
		r.unreadable(data, err)
		return nil
	}
	root := r.convert(doc.Content[0], &node{})
	if root.null {
		r.add(0, 0, "", "is empty")
		return nil
	}
	return root
}

// readable refuses what is not worth a parser's time.
func (r *report) readable(data []byte) bool {
	if len(data) > maxBytes {
		r.add(0, 0, "", "is %d bytes long, at most %d are read", len(data), maxBytes)
		return false
	}
	line, column, entries := 1, 1, 0
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if size == 1 && c == utf8.RuneError || !textual(c) {
			r.add(line, column, "", "is not a text file in UTF-8 (byte 0x%02x)", data[i])
			return false
		}
		if begins(data[i:]) {
			entries++
		}
		i, column = i+size, column+1
		if c == '\n' {
			line, column = line+1, 1
		}
	}
	if entries > maxEntries {
		r.add(0, 0, "", "has more than %d entries", maxEntries)
		return false
	}
	return true
}

func textual(c rune) bool {
	switch {
	case c == '\t' || c == '\n' || c == '\r' || c == 0x85:
		return true
	case c == 0xFFFE || c == 0xFFFF:
		return false
	}
	return c >= 0x20 && c != 0x7f && (c < 0x80 || c > 0x9f)
}

// begins tells whether an entry may begin or end at the first byte.
func begins(rest []byte) bool {
	switch rest[0] {
	case '\n', '\r', ',', ':', '[', '{':
		return true
	case '-', '?':
		return len(rest) > 1 && (rest[1] == ' ' || rest[1] == '\t')
	}
	return false
}

// unreadable reports the parser's own error.
func (r *report) unreadable(data []byte, err error) {
	message, line, column := err.Error(), 0, 0
	var where *yaml.LoadError
	if errors.As(err, &where) {
		message, line, column = strings.TrimPrefix(where.Message, "yaml: "), where.Mark.Line, where.Mark.Column
	}
	switch {
	case message == "no documents in stream":
		r.add(0, 0, "", "is empty")
	case message == "expected single document, found multiple":
		r.add(0, 0, "", "holds several documents (---), one is expected")
	case strings.Contains(message, "max depth"):
		r.add(line, column, "", "is nested more than %d deep", maxDepth)
	case strings.Contains(message, "cannot start any token") && bytes.Contains(lineOf(data, line), []byte("\t")):
		r.add(line, column, "", "is not YAML: a tab where only spaces may indent")
	default:
		r.add(line, column, "", "is not YAML: %s", message)
	}
}

// lineOf returns the text of a line, counted from 1.
func lineOf(data []byte, line int) []byte {
	for ; line > 1; line-- {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	text, _, _ := bytes.Cut(data, []byte("\n"))
	return text
}
