package datasets

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sweep/training/tasks/mnist/data"
)

// candidate is a file that is to become one of the set's.
type candidate struct {
	file data.File
	path string
}

// Import copies published files into the folder, from folders that hold some of
// them and from single files, compressed or not. All are checked before the
// first is copied: an error, a line for each file that is not what its name
// says, leaves the folder as it was. Files that are there already and sound are
// left alone. It returns the names that were copied.
func (f Folder) Import(paths ...string) ([]string, error) {
	found, err := f.candidates(paths)
	if err != nil {
		return nil, err
	}
	var wrong []error
	for _, c := range found {
		_, err := f.Set.check(c)
		wrong = append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	copied := []string{}
	for _, c := range found {
		if f.state(c.file).Status == Published {
			continue
		}
		compressed, err := f.Set.check(c) // read again: only one file is held at a time
		if err == nil {
			err = f.put(c.file, compressed)
		}
		if err != nil {
			return copied, err
		}
		copied = append(copied, c.file.Name)
	}
	return copied, nil
}

// candidates finds the set's files among the paths.
func (f Folder) candidates(paths []string) (found []candidate, err error) {
	var wrong []error
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("%s: no such file or folder", path))
		case info.IsDir():
			inside := f.Set.inside(path)
			if len(inside) == 0 {
				wrong = append(wrong, fmt.Errorf("%s holds no file of %s: expected %s", path, f.Set.Name, f.Set.names()))
			}
			found = append(found, inside...)
		default:
			c, err := f.Set.named(path)
			found, wrong = append(found, c), append(wrong, err)
		}
	}
	return found, errors.Join(wrong...)
}

// inside lists the set's files in a folder.
func (s Set) inside(dir string) (found []candidate) {
	for _, file := range s.Files {
		for _, name := range []string{file.Name + ".gz", file.Name} {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err == nil {
				found = append(found, candidate{file, path})
				break
			}
		}
	}
	return found
}

// named finds which of the set's files a path is, by its name.
func (s Set) named(path string) (candidate, error) {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	for _, file := range s.Files {
		if file.Name == base {
			return candidate{file, path}, nil
		}
	}
	return candidate{}, fmt.Errorf("%s is not named like a file of %s: expected %s", path, s.Name, s.names())
}

func (s Set) names() string {
	names := make([]string, len(s.Files))
	for i, f := range s.Files {
		names[i] = f.Name
	}
	return strings.Join(names, ", ") + ", each with or without .gz"
}

// check reads a candidate and returns its compressed bytes when it holds what
// was published under its name.
func (s Set) check(c candidate) ([]byte, error) {
	raw, err := readFile(c.path)
	if err != nil {
		return nil, err
	}
	decoded, err := data.Decode(raw, c.file.Images)
	if err != nil {
		return nil, fmt.Errorf("%s %w: get it anew", c.path, err)
	}
	sum := data.ContentDigest(decoded)
	switch holder := s.holder(decoded); {
	case holder == c.file.Name:
	case holder != "":
		return nil, fmt.Errorf("%s holds the content of %s: rename it", c.path, holder)
	default:
		return nil, fmt.Errorf("%s is not the published file (sha256 %.12s of its content, expected %.12s): get it anew, or name the folder of a set of your own with --data or SWEEP_DATA",
			c.path, sum, c.file.Content)
	}
	return compress(raw)
}

func readFile(path string) ([]byte, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%s)", path, cause(err))
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, data.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%s)", path, cause(err))
	}
	return raw, nil
}

// cause is an error of os without its path.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
