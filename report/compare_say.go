package report

import "fmt"

// maxSaid bounds the exploratory contrasts that are said in words.
const maxSaid = 12

// Say puts an experiment's answer in words, a paragraph each: every planned
// contrast; without a plan, the first of all contrasts.
func (e ExperimentComparison) Say() []string {
	var out []string
	planned := 0
	for _, c := range e.Contrasts {
		if c.Planned {
			planned++
			out = append(out, c.Sentence)
		}
	}
	for _, u := range e.Unmatched {
		out = append(out, fmt.Sprintf("%s: %s was planned, but no two cells of this sweep differ in that alone.", e.Name, u))
	}
	if len(out) > 0 {
		if rest := len(e.Contrasts) - planned; rest > 0 {
			out = append(out, fmt.Sprintf("%s: %s in the table below: exploration, corrected apart.", e.Name, plural(rest, "more contrast")))
		}
		return out
	}
	for i, c := range e.Contrasts {
		if i == maxSaid {
			out = append(out, fmt.Sprintf("%s: %s in the table below.", e.Name, plural(len(e.Contrasts)-maxSaid, "more contrast")))
			break
		}
		out = append(out, c.Sentence)
	}
	switch {
	case e.By != "" && len(out) > 0:
		out = append(out, fmt.Sprintf("%s: levels of %s are pooled over all other axes; a pair is a seed's mean over them.", e.Name, e.By))
	case len(out) > 0:
		out = append(out, fmt.Sprintf("%s: no contrast was planned in the file, so all of this is exploration.", e.Name))
	case len(e.Cells) > 0:
		out = append(out, fmt.Sprintf("%s: no two cells differ in one axis alone.", e.Name))
	}
	return out
}
