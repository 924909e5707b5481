package chart

import (
	"fmt"
	"strings"
)

// palette are Okabe and Ito's colours for the colour-blind (2008), darkened on
// white and lightened on black where their contrast with the ground would be
// under 3 to 1. Their black is the grey here; their yellow serves on black only.
var palette = []struct{ light, dark string }{
	{"#0072b2", "#56b4e9"}, {"#d55e00", "#ff8c42"}, {"#00875f", "#2fc99a"}, {"#b4578b", "#e39cc6"},
	{"#a67300", "#e69f00"}, {"#3a8fc2", "#f0e442"}, {"#5c6167", "#b4bac0"},
}

// ground are the colours that are not data.
var ground = []struct{ name, light, dark string }{
	{"paper", "#ffffff", "#16181b"}, {"ink", "#1d1f21", "#e6e8ea"}, {"soft", "#5c6167", "#a2a8ae"},
	{"line", "#d9dce0", "#383c42"}, {"wash", "#f4f5f6", "#202327"}, {"warn", "#a33b00", "#ff9a5c"},
}

// Class names the colour and the dash of the i-th of several things: seven
// colours, then dashed, then dotted.
func Class(i int) string {
	return fmt.Sprintf("c%d d%d", i%len(palette), i/len(palette)%3)
}

// CSS is the style of charts on a page: the variables of both schemes (paper,
// ink, soft, line, wash, warn, c0 to c6), then the rules that use them.
func CSS() string {
	var light, dark strings.Builder
	for _, g := range ground {
		fmt.Fprintf(&light, "--%s:%s;", g.name, g.light)
		fmt.Fprintf(&dark, "--%s:%s;", g.name, g.dark)
	}
	for i, p := range palette {
		fmt.Fprintf(&light, "--c%d:%s;", i, p.light)
		fmt.Fprintf(&dark, "--c%d:%s;", i, p.dark)
	}
	return ":root{color-scheme:light dark;" + light.String() + "}\n@media screen and (prefers-color-scheme:dark){:root{" + dark.String() + "}}\n" + rules()
}

// plainCSS is the style of a file: no variables, which few programs beside
// browsers understand, and the light scheme, which paper has.
func plainCSS() string {
	var pairs []string
	for _, g := range ground {
		pairs = append(pairs, "var(--"+g.name+")", g.light)
	}
	for i, p := range palette {
		pairs = append(pairs, fmt.Sprintf("var(--c%d)", i), p.light)
	}
	return strings.NewReplacer(pairs...).Replace(rules())
}

func rules() string {
	var b strings.Builder
	b.WriteString(`.chart{font-family:system-ui,"Liberation Sans",Helvetica,Arial,sans-serif}
.chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--soft)}.chart .truth{stroke:var(--soft);stroke-dasharray:2 4}
.chart .tick{fill:var(--soft);font-size:12px}.chart .label{fill:var(--ink);font-size:13px}.chart .head{fill:var(--ink);font-size:13px;font-weight:600}
.chart .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px}.chart .paper{fill:var(--paper)}
.chart polyline{fill:none;stroke-linejoin:round}.chart .thin{stroke-width:1;opacity:.35}.chart .thick{stroke-width:2.6}
.chart .band{fill-opacity:.2;stroke:none}.chart .dot{fill-opacity:.45;stroke:none}.chart .whisker{stroke-width:2.4}.chart .weak{stroke-width:1.4}
.chart .mark{stroke-width:1.6}.chart .hollow{fill:var(--paper)}
`)
	for i := range palette {
		fmt.Fprintf(&b, ".chart polyline.c%d,.chart line.c%d{stroke:var(--c%d)}.chart polygon.c%d,.chart .dot.c%d,.chart text.c%d{fill:var(--c%d)}.chart .mark.c%d{stroke:var(--c%d)}.chart .full.c%d{fill:var(--c%d)}.key.c%d{border-color:var(--c%d)}\n",
			i, i, i, i, i, i, i, i, i, i, i, i, i)
	}
	b.WriteString(`.chart polyline.d1{stroke-dasharray:7 4}.chart polyline.d2{stroke-dasharray:2 3}.key.d1{border-top-style:dashed}.key.d2{border-top-style:dotted}
`)
	return b.String()
}
