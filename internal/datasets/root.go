package datasets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Root is the folder that holds the data sets, each in a folder of its name.
type Root struct {
	Path  string // absolute
	Named string // what named it: "--data", "SWEEP_DATA" or "the user's data folder"
}

// Locate finds the root: the folder that the flag --data names, else
// $SWEEP_DATA, else sweep-data in the user's data folder ($XDG_DATA_HOME, else
// ~/.local/share). A folder that is named is the only one that is looked in. It
// is not inside the local stack's home, whose data `sweep down --purge` deletes.
func Locate(flag string) (Root, error) {
	if flag != "" {
		return rootAt(flag, "--data")
	}
	if dir := os.Getenv("SWEEP_DATA"); dir != "" {
		return rootAt(dir, "SWEEP_DATA")
	}
	const named = "the user's data folder"
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return rootAt(filepath.Join(dir, "sweep-data"), named)
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return Root{}, errors.New("no home directory for data sets: name a folder with --data or SWEEP_DATA")
	}
	return rootAt(filepath.Join(user, ".local", "share", "sweep-data"), named)
}

func rootAt(dir, named string) (Root, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Root{}, fmt.Errorf("%s %s: %w", named, dir, err)
	}
	return Root{abs, named}, nil
}

// Folder is the set's folder: one of its name in the root, or the root itself
// where that holds the set's files.
func (r Root) Folder(s Set) Folder {
	dir := filepath.Join(r.Path, s.Name)
	if _, err := os.Stat(dir); err == nil {
		return Folder{s, dir}
	}
	for _, f := range s.Files {
		for _, name := range []string{f.Name + ".gz", f.Name} {
			if _, err := os.Stat(filepath.Join(r.Path, name)); err == nil {
				return Folder{s, r.Path}
			}
		}
	}
	return Folder{s, dir}
}
