package datasets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sweep/training/tasks/mnist/data"
)

// put writes one file of the set, compressed, in one step: readers see the old
// file or the new one, also when the machine stops halfway.
func (f Folder) put(file data.File, compressed []byte) error {
	if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return f.unwritable(err)
	}
	tmp, err := os.CreateTemp(f.Dir, ".new-*")
	if err != nil {
		return f.unwritable(err)
	}
	_, err = tmp.Write(compressed)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(f.Dir, file.Name+".gz"))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return f.unwritable(err)
	}
	return nil
}

func (f Folder) unwritable(err error) error {
	return fmt.Errorf("data set %s cannot be written to %s (%w): make room, or name another folder with --data or SWEEP_DATA",
		f.Set.Name, f.Dir, cause(err))
}

// compress gives a file the form in which folders keep it.
func compress(raw []byte) ([]byte, error) {
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw, nil
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(raw)
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
