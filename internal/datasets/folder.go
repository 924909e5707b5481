package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"sweep/training/tasks/mnist/data"
)

// Folder is where one set's files lie, or would lie.
type Folder struct {
	Set Set
	Dir string
}

// Status says what a file is.
type Status string

// The statuses.
const (
	Published Status = "published" // holds what was published
	Sound     Status = "sound"     // can be read, and is not the published content
	Missing   Status = "missing"
	Unusable  Status = "unusable" // cut off, damaged, of the wrong kind, or under another's name
)

// State is one file of a folder.
type State struct {
	File    string // the name without .gz
	Path    string // the file that was looked at
	Status  Status
	Problem string // one line without the path, "" for Published and Sound
}

// Verify reads every file of the folder. The set is its content: the digest is
// "" where a file is missing or unusable.
func (f Folder) Verify() (states []State, digest string) {
	for _, file := range f.Set.Files {
		states = append(states, f.state(file))
	}
	if set, err := data.Load(f.Dir); err == nil {
		return states, set.Digest
	}
	return states, ""
}

func (f Folder) state(file data.File) State {
	decoded, path, err := file.Read(f.Dir)
	s := State{File: file.Name, Path: path, Status: Sound}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Status, s.Problem = Missing, "is missing"
	case err != nil:
		s.Status, s.Problem = Unusable, why(err)
	case data.ContentDigest(decoded) == file.Content:
		s.Status = Published
	default:
		if other := f.Set.holder(decoded); other != "" {
			s.Status, s.Problem = Unusable, "holds the content of "+other
		}
	}
	return s
}

// holder names the file that published these bytes, "" if none did.
func (s Set) holder(decoded []byte) string {
	sum := data.ContentDigest(decoded)
	for _, f := range s.Files {
		if f.Content == sum {
			return f.Name
		}
	}
	return ""
}

// why is a file's problem without its path.
func why(err error) string {
	var file *data.FileError
	if errors.As(err, &file) {
		return file.Why.Error()
	}
	return err.Error()
}

// Load reads the set. The error has a line for every file that cannot be used,
// each with the remedy, or one line where nothing is there at all.
func (f Folder) Load() (*data.Set, error) {
	set, err := data.Load(f.Dir)
	if err == nil {
		return set, nil
	}
	if strings.Count(err.Error(), " is missing") == len(f.Set.Files) {
		return nil, fmt.Errorf("data set %s is not in %s: %s", f.Set.Name, f.Dir, f.Set.Remedy())
	}
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = "data set " + f.Set.Name + ": " + line + ": " + f.Set.Remedy()
	}
	return nil, errors.New(strings.Join(lines, "\n"))
}
