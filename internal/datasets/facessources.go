package datasets

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sweep/internal/datasets/pictures"
)

// maxSources bounds the files that one import looks at.
const maxSources = 2_000_000

// source is a file that may be a picture.
type source struct {
	name string // for people
	most int64  // bytes that it may have
	open func() (io.ReadCloser, error)
}

// read reads a source as far as it may go, whatever a header promises, and no
// further than its first bytes where those are no picture's.
func (s source) read() ([]byte, error) {
	in, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("cannot be read (%w)", cause(err))
	}
	defer in.Close()
	head := make([]byte, pictures.Head)
	n, err := io.ReadFull(in, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return head[:n], nil
	}
	if err == nil {
		err = pictures.Known(head)
	}
	if err != nil {
		return nil, err
	}
	rest, err := io.ReadAll(io.LimitReader(in, s.most+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read (%w)", cause(err))
	}
	if int64(n+len(rest)) > s.most {
		return nil, fmt.Errorf("is larger than the %d bytes that it may have", s.most)
	}
	return append(head, rest...), nil
}

// sources are the files in folders, at any depth, and in zip files. Names are
// only shown: nothing is written under them. Links are not followed. close ends
// the reading of zip files.
func sources(paths []string) (found []source, closeAll func(), err error) {
	var zips []io.Closer
	closeAll = func() {
		for _, z := range zips {
			_ = z.Close() // was only read
		}
	}
	for _, path := range paths {
		var some []source
		info, err := os.Stat(path)
		switch {
		case err != nil:
			err = fmt.Errorf("%s: no such folder or zip file", path)
		case info.IsDir():
			some, err = inFolder(path)
		default:
			var z *zip.ReadCloser
			if z, err = zip.OpenReader(path); err != nil {
				err = fmt.Errorf("%s is neither a folder nor a sound zip file (%w)", path, cause(err))
			} else {
				zips = append(zips, z)
				some, err = inZip(path, info.Size(), z)
			}
		}
		found = append(found, some...)
		if err == nil && len(found) > maxSources {
			err = fmt.Errorf("%s: more than %d files are too many for one import", path, maxSources)
		}
		if err != nil {
			closeAll()
			return nil, nil, err
		}
	}
	return found, closeAll, nil
}

var errEnough = errors.New("enough")

func inFolder(dir string) (found []source, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s cannot be read (%w)", path, cause(err))
		case len(found) > maxSources:
			return errEnough
		case d.Type().IsRegular():
			found = append(found, source{path, pictures.MaxBytes, func() (io.ReadCloser, error) { return os.Open(path) }})
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return found, err
}

// Pictures are compressed as they are: what grows more than inflation times in a
// zip file, from a margin on, is a bomb.
const (
	inflation = 50
	margin    = 1 << 20
)

func inZip(path string, size int64, z *zip.ReadCloser) (found []source, err error) {
	left := size
	for _, f := range z.File {
		if !f.Mode().IsRegular() {
			continue
		}
		packed := int64(min(f.CompressedSize64, 1<<40))
		if left -= packed; left < 0 {
			return nil, fmt.Errorf("%s is damaged: its files overlap", path)
		}
		most := min(pictures.MaxBytes, inflation*packed+margin)
		found = append(found, source{fmt.Sprintf("%s in %s", printable(f.Name), path), most, f.Open})
	}
	return found, nil
}

// printable shows a name from a stranger without letting it move the cursor.
func printable(name string) string {
	quoted := fmt.Sprintf("%.200q", name)
	return quoted[1 : len(quoted)-1]
}
