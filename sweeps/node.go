package sweeps

import (
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"
)

type kind int

const (
	scalar kind = iota
	list
	mapping
	broken // refused and reported already: whoever reads it stays silent
)

func (k kind) String() string {
	return [...]string{"a single value", "a list", "a mapping", "nothing"}[k]
}

// node is one value of the file, with its place. Its path is worked out when a
// message needs it, so that large files cost no strings.
type node struct {
	line, column       int
	kind               kind
	text               string // scalars: the text, unquoted and unescaped
	quoted             bool
	null               bool // a plain scalar without a value, or null or ~
	items              []*node
	parent             *node
	key                string // its key, under a mapping
	keyLine, keyColumn int
	index              int // its place, in a list
}

// get finds a field of a mapping; a missing one, or one of no mapping, is nil.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapping {
		return nil
	}
	for _, f := range n.items {
		if f.key == key {
			return f
		}
	}
	return nil
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// path spells where the node stands, as "experiments[0].matrix.k".
func (n *node) path() string {
	if n == nil || n.parent == nil {
		return ""
	}
	up := n.parent.path()
	switch {
	case n.parent.kind == list:
		return up + "[" + strconv.Itoa(n.index) + "]"
	case !plainKey.MatchString(n.key):
		return up + "[" + show(n.key) + "]"
	case up == "":
		return n.key
	}
	return up + "." + n.key
}

// show quotes a piece of the file for a message: escaped, at most 40 bytes.
func show(s string) string {
	if len(s) <= 40 {
		return strconv.Quote(s)
	}
	cut := 40
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%q...", s[:cut])
}
