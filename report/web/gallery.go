package web

import (
	"slices"
	"strconv"
	"strings"

	"sweep/storage"
)

// gallery is a trial's pictures of one name, one step at a time.
type gallery struct {
	Trial string
	Names []string // all that can be drawn
	Name  string
	Steps []int64 // ascending
	At    int     // the one shown
}

// drawable tells what picture.go can draw.
func drawable(a storage.Artifact) bool {
	return a.MediaType == "image/png" || a.MediaType == "application/x-npy"
}

// newGallery shows the pictures of a name at a step, or the first name and the
// newest step; nil when there is nothing to show.
func newGallery(trial string, files []storage.Artifact, name string, step int64) *gallery {
	g := &gallery{Trial: trial}
	for _, a := range files {
		if drawable(a) && !slices.Contains(g.Names, a.Name) {
			g.Names = append(g.Names, a.Name)
		}
	}
	if len(g.Names) == 0 {
		return nil
	}
	g.Name = g.Names[0]
	if slices.Contains(g.Names, "samples") {
		g.Name = "samples"
	}
	if slices.Contains(g.Names, name) {
		g.Name = name
	}
	for _, a := range files {
		if a.Name == g.Name && drawable(a) {
			g.Steps = append(g.Steps, a.Step)
		}
	}
	g.At = len(g.Steps) - 1
	if at := slices.Index(g.Steps, step); at >= 0 {
		g.At = at
	}
	return g
}

// Step is the step that is shown.
func (g *gallery) Step() int64 { return g.Steps[g.At] }

// Last is the place of the newest step.
func (g *gallery) Last() int { return len(g.Steps) - 1 }

// List spells the steps for the script.
func (g *gallery) List() string {
	out := make([]string, len(g.Steps))
	for i, s := range g.Steps {
		out[i] = strconv.FormatInt(s, 10)
	}
	return strings.Join(out, " ")
}
