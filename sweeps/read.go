package sweeps

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"sweep/training"
)

// The readers below take a value that may be absent (nil) and then answer with
// the default; a value that is wrong is reported and answered the same way.

// later lists the keys of the format that this version does not know to obey.
var later = []string{"where", "when", "method", "early_terminate", "priority",
	"retention", "data", "gpu", "gpu_memory", "pool"}

// is tells whether n is there and of the kind, and reports it when it is not.
func (r *report) is(n *node, want kind) bool {
	switch {
	case n == nil || n.kind == broken:
		return false
	case n.kind == want && !n.null:
		return true
	case n.null:
		r.at(n, "has no value")
	default:
		r.at(n, "expected %s, got %s", want, n.kind)
	}
	return false
}

// place is a part of the file and the keys that it may hold.
type place struct {
	name string // with its preposition
	keys []string
}

// keys checks that n is a mapping with no keys but the known ones. A key that
// is known elsewhere is told where.
func (r *report) keys(n *node, known []string, elsewhere ...place) bool {
	if !r.is(n, mapping) {
		return false
	}
	for _, f := range n.items {
		switch {
		case slices.Contains(known, f.key):
		case slices.Contains(later, f.key):
			r.atKey(f, "is not supported yet")
		default:
			r.atKey(f, "unknown key%s", hint(f.key, known, elsewhere))
		}
	}
	return true
}

func hint(key string, known []string, elsewhere []place) string {
	for _, p := range elsewhere {
		if slices.Contains(p.keys, key) {
			return " (it belongs " + p.name + ")"
		}
	}
	return didYouMean(key, known)
}

// integer reads a whole number in the inclusive range.
func (r *report) integer(n *node, def, low, high int64) int64 {
	if !r.is(n, scalar) || !r.brief(n) {
		return def
	}
	v, err := training.Int.Convert(n.text)
	switch {
	case err != nil:
		r.at(n, "%v", err)
	case v.Int() < low || v.Int() > high:
		r.at(n, "%d is outside %d to %d", v.Int(), low, high)
	default:
		return v.Int()
	}
	return def
}

// count is integer for what fits an int.
func (r *report) count(n *node, def, low, high int) int {
	return int(r.integer(n, int64(def), int64(low), int64(high)))
}

// duration reads a time such as 60s or 48h. Zero, which
// switches a measure off, is always allowed.
func (r *report) duration(n *node, def, low, high time.Duration) time.Duration {
	if !r.is(n, scalar) {
		return def
	}
	d, err := time.ParseDuration(n.text)
	switch {
	case err != nil:
		r.at(n, "expected a time such as 60s, 15m or 48h, got %s", show(n.text))
	case d != 0 && (d < low || d > high):
		r.at(n, "%s is outside %s to %s", d, low, high)
	default:
		return d
	}
	return def
}

// words reads free text of at most limit bytes, without control characters.
func (r *report) words(n *node, limit int) string {
	if !r.is(n, scalar) {
		return ""
	}
	if len(n.text) > limit {
		r.at(n, "is %d bytes long, at most %d are allowed", len(n.text), limit)
		return ""
	}
	odd := func(c rune) bool { return c != '\n' && c != '\t' && !unicode.IsPrint(c) }
	if i := strings.IndexFunc(n.text, odd); i >= 0 {
		r.at(n, "holds a character that does not print (%q)", []rune(n.text[i:])[0])
		return ""
	}
	return n.text
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// name reads a name that stands in identifiers, object keys and commands.
func (r *report) name(n *node) string {
	if !r.is(n, scalar) {
		return ""
	}
	if !nameForm.MatchString(n.text) {
		r.at(n, "%s is not a name: 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit", show(n.text))
		return ""
	}
	return n.text
}

// need reads a field that must be there.
func (r *report) need(n *node, key string) *node {
	f := n.get(key)
	if f == nil {
		r.at(n, "%s is missing", key)
	}
	return f
}

// brief tells whether a value is short enough to be typed and shown.
func (r *report) brief(n *node) bool {
	const limit = 200
	if len(n.text) > limit {
		r.at(n, "is %d bytes long, at most %d are allowed", len(n.text), limit)
	}
	return len(n.text) <= limit
}
