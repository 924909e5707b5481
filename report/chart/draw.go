package chart

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed charts.svg.tmpl
var chartsText string

// Drawing is a chart in both its forms: elements for a page that has CSS, one
// per panel, and a file of its own. Alt describes it in words.
type Drawing struct {
	Alt    string
	Keys   []Key // what the colours mean
	Inline []template.HTML
	File   []byte
}

// Key is a colour's meaning.
type Key struct{ Class, Text string }

// Draw draws the panels; alt says in words what they show.
func (l Lines) Draw(alt string) (Drawing, error) {
	t, err := charts()
	if err != nil {
		return Drawing{}, err
	}
	d := Drawing{Alt: alt, Keys: l.keys()}
	f := sheet{Title: l.Title, Alt: alt}
	f.legend(d.Keys, panelWidth*float64(min(2, max(1, len(l.Panels)))))
	for i, v := range l.views(alt) {
		if err := d.add(t, "panel", v); err != nil {
			return Drawing{}, err
		}
		f.Panels = append(f.Panels, placed{panelWidth * float64(i%2), f.Top + panelHeight*float64(i/2), v})
	}
	f.Width, f.Height = panelWidth*float64(min(2, max(1, len(l.Panels)))), f.Top+panelHeight*float64((len(l.Panels)+1)/2)
	d.File, err = f.render(t)
	return d, err
}

// Draw draws the rows; alt says in words what they show.
func (r Rows) Draw(alt string) (Drawing, error) {
	t, err := charts()
	if err != nil {
		return Drawing{}, err
	}
	d := Drawing{Alt: alt}
	v := r.view(alt)
	if err := d.add(t, "rows", v); err != nil {
		return Drawing{}, err
	}
	f := sheet{Title: r.Title, Alt: alt, Rows: &v, Top: 30, Width: v.Width, Height: v.Height + 30}
	d.File, err = f.render(t)
	return d, err
}

// charts parses the templates. html/template escapes by context, so that no
// text can leave its place.
func charts() (*template.Template, error) {
	t, err := template.New("charts").Parse(chartsText)
	if err != nil {
		return nil, fmt.Errorf("read the charts' templates: %w", err)
	}
	return t, nil
}

func (d *Drawing) add(t *template.Template, name string, view any) error {
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, view); err != nil {
		return fmt.Errorf("draw a chart: %w", err)
	}
	d.Inline = append(d.Inline, template.HTML(b.String())) // #nosec G203 -- html/template made it
	return nil
}

// keys lists each colour once, in order of appearance.
func (l Lines) keys() (out []Key) {
	seen := map[Key]bool{}
	for _, p := range l.Panels {
		for _, s := range p.Series {
			k := Key{Class(s.Tint), s.Name}
			if s.Name != "" && !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

// sheet is a file: title, keys, panels in two columns or rows.
type sheet struct {
	Title, Alt         string
	Width, Height, Top float64
	Style              template.CSS
	Keys               []placedKey
	Panels             []placed
	Rows               *rowsView
}

type placed struct {
	X, Y float64
	View panelView
}

type placedKey struct {
	Key
	X, Y float64
}

// legend sets the keys under the title, as many lines as they need.
func (f *sheet) legend(keys []Key, width float64) {
	x, y := 12.0, 42.0
	for _, k := range keys {
		w := 8*float64(len([]rune(k.Text))) + 18
		if x > 12 && x+w > width {
			x, y = 12, y+18
		}
		f.Keys = append(f.Keys, placedKey{k, x, y})
		x += w
	}
	f.Top = y + 12
}

func (f *sheet) render(t *template.Template) ([]byte, error) {
	f.Style = template.CSS(plainCSS()) // #nosec G203 -- our own constants
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, "file", f); err != nil {
		return nil, fmt.Errorf("draw a chart's file: %w", err)
	}
	return []byte(b.String()), nil
}
