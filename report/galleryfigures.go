package report

import (
	"context"
	"fmt"

	"sweep/storage"
)

// imageFigures are a group's grid of samples, its walks between codes and its
// analogies, all of the first seed's last step (experiments.md §6, §8.4).
func (s *samples) imageFigures(ctx context.Context, experiment string, g group) (out []Figure, err error) {
	seed := g.first().Seed
	name := title(experiment, g.fixed, fmt.Sprintf("seed %d", seed))
	for _, kind := range []struct {
		file, what, caption string
		from                map[string][]storage.TrialArtifact
		read                func(string, []byte) (Sheet, error)
	}{
		{"grid", "the first generated samples", "The first 100 samples of the first seed's last step, ten in a row; none was chosen.", s.byTrial, readSamples},
		{"walks", "walks between codes", "Each row walks from one code to another in even steps; the first seed's last step.", s.walks, readWalks},
		{"analogies", "analogies of codes", "Each row: A and B, means of codes that show two values of one attribute; C, which shows B's; and A − B + C. The first seed's last step.", s.analogy, readWalks},
	} {
		grid := Gallery{Title: name}
		any := false
		for i, t := range g.seed(seed) {
			sheet, ok, err := s.lastSheet(ctx, g.rows[i], t, kind.from[t.ID], kind.read)
			if err != nil {
				return nil, err
			}
			any = any || ok
			grid.Sheets = append(grid.Sheets, sheet)
		}
		if !any {
			continue
		}
		data, err := grid.PNG()
		if err != nil {
			return nil, err
		}
		out = append(out, Figure{Name: fileName("png", kind.file, experiment, g.fixed), Title: name, Caption: kind.caption, Alt: grid.Alt(kind.what), Data: data})
	}
	return out, nil
}

// lastSheet reads the newest of a trial's artifacts; stored is false when there
// is none.
func (s *samples) lastSheet(ctx context.Context, label string, t storage.Final, list []storage.TrialArtifact, read func(string, []byte) (Sheet, error)) (sheet Sheet, stored bool, err error) {
	if len(list) == 0 {
		return Sheet{Label: label, Note: absent(t)}, false, nil
	}
	a := list[len(list)-1]
	ok, err := s.get(ctx, a, func(data []byte) (err error) {
		sheet, err = read(fmt.Sprintf("%s, step %d", label, a.Step), data)
		return err
	})
	if err == nil && !ok {
		sheet = Sheet{Label: label, Note: unreadable}
	}
	return sheet, true, err
}

func readSamples(label string, data []byte) (Sheet, error) {
	images, err := ReadImages(data)
	return samplesSheet(label, images), err
}

// Bounds on a sheet of walks.
const maxWalkRows, maxWalkColumns = 20, 20

func readWalks(label string, data []byte) (Sheet, error) {
	rows, columns, images, err := ReadSheet(data)
	if err == nil && (rows > maxWalkRows || columns > maxWalkColumns) {
		err = fmt.Errorf("sheet file: %d×%d tiles, at most %d×%d are drawn", rows, columns, maxWalkRows, maxWalkColumns)
	}
	return Sheet{Label: label, Rows: rows, Columns: columns, Images: images}, err
}
