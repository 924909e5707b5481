package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	facesdata "sweep/training/tasks/faces/data"
)

// Load reads the set. The error is one line with the remedy.
func (f FacesFile) Load() (*facesdata.Set, error) {
	s, err := facesdata.Open(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("data set %s is not in %s: run `%s`", f.Name(), filepath.Dir(f.Path), f.Remedy())
	case err == nil && s.Size != f.Size:
		err = fmt.Errorf("%s holds pictures of %d pixels a side", f.Path, s.Size)
	}
	if err != nil {
		return nil, fmt.Errorf("data set %s: %w: run `%s` again", f.Name(), err, f.Remedy())
	}
	return s, nil
}

// Remedy is the command that makes the file.
func (f FacesFile) Remedy() string {
	return fmt.Sprintf("sweep data import faces DIR --size %d", f.Size)
}

// FacesFiles lists the imported sets that lie in the root, by size.
func (r Root) FacesFiles() (found []FacesFile) {
	paths, _ := filepath.Glob(filepath.Join(filepath.Dir(r.FacesFile(0).Path), "faces-*.pack")) // the pattern is sound
	for _, path := range paths {
		var size int
		if _, err := fmt.Sscanf(filepath.Base(path), "faces-%d.pack", &size); err == nil && r.FacesFile(size).Path == path {
			found = append(found, FacesFile{size, path})
		}
	}
	slices.SortFunc(found, func(a, b FacesFile) int { return a.Size - b.Size })
	return found
}

// Bytes is the file's size, 0 where there is none.
func (f FacesFile) Bytes() int64 {
	info, err := os.Stat(f.Path)
	if err != nil {
		return 0
	}
	return info.Size()
}
