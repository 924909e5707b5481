package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"net/http"
	"strconv"
	"sync"

	"sweep/report"
	"sweep/storage"
)

// Bounds on pictures.
const (
	maxArtifact = 64 << 20 // bytes that are read to draw or hand out
	maxSide     = 8192     // pixels of a stored picture
	keptDrawn   = 64       // pictures kept drawn
	panelSide   = 260      // pixels
)

// find looks an artifact up by what the address says; nothing in the address is
// a path or a key.
func (s *Server) find(r *http.Request) (storage.Artifact, string, error) {
	a := &asked{r: r}
	id, name := a.hash(), a.path("name")
	step, err := strconv.ParseInt(r.PathValue("step"), 10, 64)
	if err != nil || step < 0 {
		a.keep(notFound("A picture is found by its name and step."))
	}
	if a.err != nil {
		return storage.Artifact{}, "", a.err
	}
	f, err := s.Source.Artifact(r.Context(), id, name, step)
	if err == nil && f.Size > maxArtifact {
		err = &refusal{http.StatusRequestEntityTooLarge, "The file is too large for a page; its key is in the view artifacts."}
	}
	return f, id, err
}

// artifact hands a stored file out as bytes to be saved, whatever it says it
// is.
func (s *Server) artifact(w http.ResponseWriter, r *http.Request) {
	f, id, err := s.find(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	data, err := s.Blobs.Get(r.Context(), f.Key, f.Size, f.SHA256)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d%s"`, short(id), f.Step, extensions[f.MediaType]))
	_, _ = w.Write(data)
}

// extensions of files as they are saved.
var extensions = map[string]string{"application/x-npy": ".npy", "image/png": ".png", "application/json": ".json"}

// picture draws a stored file as PNG.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	f, id, err := s.find(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	tag := `"` + f.SHA256 + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data, ok := s.drawn.get(f.SHA256)
	if !ok {
		if data, err = s.draw(r.Context(), id, f); err != nil {
			w.Header().Del("ETag")
			s.fail(w, r, err)
			return
		}
		s.drawn.put(f.SHA256, data)
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(data)
}

// draw makes the PNG of a file.
func (s *Server) draw(ctx context.Context, id string, f storage.Artifact) ([]byte, error) {
	if !take(ctx, s.drawing) {
		return nil, ctx.Err()
	}
	defer func() { <-s.drawing }()
	data, err := s.Blobs.Get(ctx, f.Key, f.Size, f.SHA256)
	if err != nil {
		return nil, err
	}
	if f.MediaType == "image/png" {
		return checked(data)
	}
	points, err := report.ReadPoints(data)
	if err != nil {
		return drawImages(f, data)
	}
	truth, err := s.truth(ctx, id, f)
	if err != nil {
		return nil, err
	}
	limit := reach(points)
	if truth != nil {
		limit = reach(truth)
	}
	strip := report.Strip{Title: titleOf(f), Columns: []string{count(len(points), "point")}, Limit: limit, Density: true,
		Truth: truth != nil, Panel: panelSide, Rows: []report.StripRow{{Cells: [][]report.Point{points}, Truth: truth, Notes: []string{""}}}}
	return strip.PNG()
}

func titleOf(f storage.Artifact) string { return fmt.Sprintf("%s, step %d", f.Name, f.Step) }

// Bounds on a grid of generated pictures.
const gridSide = 20

// drawImages draws a stack of generated pictures, ten in a row, or a sheet of
// walks between codes.
func drawImages(f storage.Artifact, data []byte) ([]byte, error) {
	sheet := report.Sheet{}
	var err error
	if sheet.Images, err = report.ReadImages(data); err == nil {
		sheet.Rows, sheet.Columns = min((sheet.Images.N+9)/10, 10), min(sheet.Images.N, 10)
	} else {
		sheet.Rows, sheet.Columns, sheet.Images, err = report.ReadSheet(data)
	}
	if err != nil || sheet.Rows > gridSide || sheet.Columns > gridSide {
		return nil, &refusal{http.StatusUnsupportedMediaType, "This file holds neither points nor pictures that can be drawn."}
	}
	return report.Gallery{Title: titleOf(f), Sheets: []report.Sheet{sheet}}.PNG()
}

// truth reads the trial's true data, nil where it has none or f is it.
func (s *Server) truth(ctx context.Context, id string, f storage.Artifact) ([]report.Point, error) {
	if f.Name != "samples" {
		return nil, nil
	}
	real, err := s.Source.Artifact(ctx, id, "real", 0)
	if err != nil || real.Size > maxArtifact {
		if errors.Is(err, storage.ErrNotFound) {
			err = nil
		}
		return nil, err
	}
	data, err := s.Blobs.Get(ctx, real.Key, real.Size, real.SHA256)
	if err != nil {
		return nil, err
	}
	return report.ReadPoints(data)
}

// checked passes a picture on that is one, and not too large for a browser.
func checked(data []byte) ([]byte, error) {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width > maxSide || c.Height > maxSide {
		return nil, &refusal{http.StatusUnsupportedMediaType, "This file is not a picture that can be shown."}
	}
	return data, nil
}

// reach is the whole number that holds all points, from 1 to 100.
func reach(points []report.Point) float64 {
	far := 1.0
	for _, p := range points {
		for _, v := range []float64{math.Abs(float64(p.X)), math.Abs(float64(p.Y))} {
			if finite(v) {
				far = max(far, v)
			}
		}
	}
	return min(math.Ceil(far), 100)
}

// pictures keeps the last few drawn, by the file's digest.
type pictures struct {
	mu    sync.Mutex
	byID  map[string][]byte
	order []string
}

func (p *pictures) get(id string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	data, ok := p.byID[id]
	return data, ok
}

func (p *pictures) put(id string, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil {
		p.byID = map[string][]byte{}
	}
	if _, known := p.byID[id]; known {
		return
	}
	if len(p.order) == keptDrawn {
		delete(p.byID, p.order[0])
		p.order = p.order[1:]
	}
	p.byID[id], p.order = data, append(p.order, id)
}
