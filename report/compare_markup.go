package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the comparison as headings, sentences and pipe tables.
func (c Comparison) Markdown(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", mdText.Replace(c.Sweep))
	for _, e := range c.Experiments {
		fmt.Fprintf(&b, "\n## %s\n\n", mdText.Replace(e.CellGrid(true).Title))
		for _, s := range e.Say() {
			fmt.Fprintf(&b, "- %s\n", mdText.Replace(s))
		}
		e.CellGrid(true).markdown(&b)
		if len(e.Contrasts) > 0 {
			e.ContrastGrid(true).markdown(&b)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", mdText.Replace(c.Note))
	_, err := io.WriteString(out, b.String())
	return err
}

// mdText keeps names from being read as markup.
var mdText = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "\n", " ", "\r", " ")

func (g Grid) markdown(b *strings.Builder) {
	rule := make([]string, len(g.Head))
	for i, right := range g.Right {
		rule[i] = "---"
		if right {
			rule[i] = "--:"
		}
	}
	b.WriteString("\n")
	for i, row := range append([][]string{g.Head, rule}, g.Rows...) {
		b.WriteString("|")
		for _, s := range row {
			if i != 1 {
				s = mdText.Replace(s)
			}
			b.WriteString(" " + s + " |")
		}
		b.WriteString("\n")
	}
}

// LaTeX writes the comparison as one table for the cells and one for the
// contrasts of each experiment, to be read with the package booktabs.
func (c Comparison) LaTeX(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%% sweep compare %s: needs \\usepackage{booktabs} and UTF-8 input.\n", oneLine(c.Sweep))
	for _, e := range c.Experiments {
		e.CellGrid(true).latex(&b, e.CellGrid(true).Title)
		if len(e.Contrasts) > 0 {
			e.ContrastGrid(true).latex(&b, strings.Join(e.Say(), " "))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", texText.Replace(c.Note))
	_, err := io.WriteString(out, b.String())
	return err
}

// texText writes plain text as LaTeX.
var texText = strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `$<$`, ">", `$>$`, "–", "--", "\n", " ", "\r", " ")

func (g Grid) latex(b *strings.Builder, caption string) {
	align := make([]string, len(g.Head))
	for i, right := range g.Right {
		align[i] = "l"
		if right {
			align[i] = "r"
		}
	}
	fmt.Fprintf(b, "\n\\begin{table}\n\\centering\n\\caption{%s}\n\\begin{tabular}{%s}\n\\toprule\n", texText.Replace(caption), strings.Join(align, ""))
	for i, row := range append([][]string{g.Head}, g.Rows...) {
		for j, s := range row {
			if j > 0 {
				b.WriteString(" & ")
			}
			b.WriteString(texCell(s, g.Right[j] && i > 0))
		}
		b.WriteString(" \\\\\n")
		if i == 0 {
			b.WriteString("\\midrule\n")
		}
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n\\end{table}\n")
}

// texCell gives negative numbers a minus sign.
func texCell(s string, number bool) string {
	if !number {
		return texText.Replace(s)
	}
	words := strings.Fields(s)
	for i, w := range words {
		if digits, ok := strings.CutPrefix(w, "-"); ok {
			words[i] = "$-$" + texText.Replace(digits)
		} else {
			words[i] = texText.Replace(w)
		}
	}
	return strings.Join(words, " ")
}

func oneLine(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }
