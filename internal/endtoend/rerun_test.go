package endtoend_test

import (
	"html"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// rerunsWhatThePagePrints types the command that a report prints for each cell
// and gets the very numbers that the cell's first trial has.
func (p *person) rerunsWhatThePagePrints(page string) {
	p.t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		p.t.Fatal(err)
	}
	commands := regexp.MustCompile(`<code>sweep (train [^<]*)</code>`).FindAllSubmatch(text, -1)
	if len(commands) != 2 {
		p.t.Fatalf("the page prints %d commands for 2 cells", len(commands))
	}
	for i, cell := range []string{"k=1", "k=5"} {
		// A shell takes the command apart, as it would a person's.
		words, err := exec.Command("sh", "-c", "set -- "+html.UnescapeString(string(commands[i][1]))+`; printf '%s\n' "$@"`).Output()
		if err != nil {
			p.t.Fatal(err)
		}
		var got struct {
			TrialID string `json:"trial_id"`
			Metrics map[string]float64
		}
		p.reads(&got, strings.Fields(string(words))...)
		for _, metric := range []string{"reverse_kl", "d_loss", "g_loss"} {
			want := p.one("select value from final where trial_id = '" + got.TrialID + "' and cell = '" + cell + "' and name = '" + metric + "'")
			if v, err := strconv.ParseFloat(want, 64); err != nil || v != got.Metrics[metric] {
				p.t.Errorf("%s of %s run again is %v, the sweep has %s", metric, cell, got.Metrics[metric], want)
			}
		}
	}
}
