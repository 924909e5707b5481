package datasets

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	facesdata "sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
)

// PfacesSeed is the seed of the drawn face sets: everyone's are the same.
const PfacesSeed = 1

// facesName takes a face set's name apart: "pfaces-full-96" is the variant full
// of the drawn ones, "faces-96" the imported one, each of 96 pixels a side. ok
// is false for other sets' names.
func facesName(name string) (variant string, size int, ok bool) {
	at := strings.LastIndexByte(name, '-')
	if at < 0 {
		return "", 0, false
	}
	size, err := strconv.Atoi(name[at+1:])
	switch drawn, isDrawn := strings.CutPrefix(name[:at], "pfaces-"); {
	case err != nil:
		return "", 0, false
	case isDrawn && slices.Contains(pfaces.Variants(), drawn):
		return drawn, size, true
	}
	return "", size, name[:at] == "faces"
}

// Faces gives out a face set by its name, "pfaces-VARIANT-SIZE" or "faces-SIZE",
// with a digest, or whichever is there where the digest is "". Drawn sets need
// no files. All trials share one copy.
func (l *Library) Faces(name, digest string) (*facesdata.Set, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.faces[name]; s != nil && (s.Digest == digest || digest == "" && s.Name != importedFaces) {
		return s, nil
	}
	s, err := l.openFaces(name)
	if err != nil {
		return nil, err
	}
	if digest != "" && s.Digest != digest {
		return nil, fmt.Errorf("data set %s is not the one that the trial was planned with (digest %.12s, expected %.12s): %s",
			name, s.Digest, digest, otherFaces(s))
	}
	if l.faces == nil {
		l.faces = map[string]*facesdata.Set{}
	}
	l.faces[name] = s
	return s, nil
}

func (l *Library) openFaces(name string) (*facesdata.Set, error) {
	variant, size, ok := facesName(name)
	if !ok {
		return nil, fmt.Errorf("there is no data set %q", name)
	}
	if variant == "" {
		return l.root.FacesFile(size).Load()
	}
	f, err := pfaces.New(variant, size, PfacesSeed)
	if err != nil {
		return nil, fmt.Errorf("data set %s: %w", name, err)
	}
	return f.Set(), nil
}

// otherFaces is how to get the set that a trial was planned with.
func otherFaces(s *facesdata.Set) string {
	if s.Name == importedFaces {
		return "name the folder of that set with SWEEP_DATA or --data"
	}
	return "use the version of sweep that planned it"
}

// importedFaces is the name of imported sets, and of their folder.
const importedFaces = "faces"

// FacesFile is the packed file of imported faces of one size.
type FacesFile struct {
	Size int // pixels a side
	Path string
}

// FacesFile says where imported faces of a size lie, or would lie.
func (r Root) FacesFile(size int) FacesFile {
	return FacesFile{size, filepath.Join(r.Path, importedFaces, fmt.Sprintf("faces-%d.pack", size))}
}

// Name is the set's, e.g. "faces-96".
func (f FacesFile) Name() string { return fmt.Sprintf("%s-%d", importedFaces, f.Size) }
