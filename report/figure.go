package report

import (
	"encoding/base64"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"sweep/report/chart"
)

// Figure is a chart or a picture with its words.
type Figure struct {
	Name    string // file name, "strip-ring-z_dim-256.png"
	Title   string
	Caption string // what it shows and how to read it
	Alt     string // the same for those who cannot see it
	Data    []byte // the file: SVG or PNG

	Keys   []chart.Key     // what a chart's colours mean
	Panels []template.HTML // a chart's elements on the page; nil for a picture

	Omitted bool // not on the page, which would be too large; the file is written
}

// Picture is the embedded form of a PNG; the bytes are ours, so the URL is safe.
func (f *Figure) Picture() template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.Data)) // #nosec G203 -- own bytes
}

// weight is the number of bytes that the figure adds to the page.
func (f *Figure) weight() int {
	if f.Panels == nil {
		return base64.StdEncoding.EncodedLen(len(f.Data))
	}
	n := 0
	for _, p := range f.Panels {
		n += len(p)
	}
	return n
}

// drawn makes a figure of a chart.
func drawn(d chart.Drawing, title, caption string, name ...string) Figure {
	return Figure{Name: fileName("svg", name...), Title: title, Caption: caption, Alt: d.Alt, Data: d.File, Keys: d.Keys, Panels: d.Inline}
}

// pageBytes bounds the figures on a page; a page stays under 10 MB with its
// tables and text.
const pageBytes = 8_000_000

// fit leaves figures out, in their order, once they outweigh a share of the
// page.
func fit(figures []*Figure, share int) {
	for _, f := range figures {
		w := f.weight()
		if f.Omitted = w > share; !f.Omitted {
			share -= w
		}
	}
}

var unsafeInName = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)

// maxName bounds a figure's file name, without what makes it unique.
const maxName = 120

func fileName(extension string, parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" })
	name := strings.Trim(unsafeInName.ReplaceAllString(strings.Join(parts, "-"), "-"), "-.")
	return name[:min(len(name), maxName)] + "." + extension
}

func title(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}
