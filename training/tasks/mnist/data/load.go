package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Part is one half of the set. Image i is Images[i*Pixels:(i+1)*Pixels], row by
// row, 0 background to 255 ink; its digit is Labels[i].
type Part struct {
	Images []uint8
	Labels []uint8
}

// Len is the number of images.
func (p Part) Len() int { return len(p.Labels) }

// Set is a whole data set. It is never changed after Load, so trials share it.
type Set struct {
	Train, Test Part

	// Digest is the sha256 of the four decoded files, one after another in the
	// order of Files: 64 hex digits. It is what a trial hash holds.
	Digest string
}

// Published tells whether these are the published files.
func (s *Set) Published() bool { return s.Digest == PublishedDigest }

// FileError is a file that cannot be used: one line with its name and what is
// wrong with it. Why is fs.ErrNotExist for a file that is not there.
type FileError struct {
	Path string
	Why  error
}

func (e *FileError) Error() string {
	if errors.Is(e.Why, fs.ErrNotExist) {
		return e.Path + " is missing"
	}
	return e.Path + " " + e.Why.Error()
}

func (e *FileError) Unwrap() error { return e.Why }

// Load reads a data set from a folder that holds the four files, each
// compressed (name.gz, looked for first) or not. Its errors are FileErrors,
// joined: one for every file that cannot be used. Files of any content are
// taken as long as each is sound and they fit together; Digest tells them apart.
func Load(dir string) (*Set, error) {
	var parts [4][]byte
	var wrong []error
	for i, f := range Files() {
		decoded, path, err := f.Read(dir)
		if err == nil {
			err = f.notAnother(path, decoded)
		}
		parts[i] = decoded
		wrong = append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return assemble(dir, parts)
}

// Read reads and checks one file of a folder. The error is a *FileError; path
// is the file that was looked at.
func (f File) Read(dir string) (decoded []byte, path string, err error) {
	path = filepath.Join(dir, f.Name+".gz")
	raw, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		if raw, err = readBounded(filepath.Join(dir, f.Name)); err == nil {
			path = filepath.Join(dir, f.Name)
		}
	}
	if err == nil {
		decoded, err = Decode(raw, f.Images)
	}
	if err != nil {
		return nil, path, &FileError{path, err}
	}
	return decoded, path, nil
}

// notAnother finds a published file under another's name.
func (f File) notAnother(path string, decoded []byte) error {
	sum := ContentDigest(decoded)
	for _, other := range Files() {
		if sum == other.Content && other.Name != f.Name {
			return &FileError{path, fmt.Errorf("holds the content of %s", other.Name)}
		}
	}
	return nil
}

// ContentDigest is the sha256 of a decoded file, to be compared with File.Content.
func ContentDigest(decoded []byte) string {
	sum := sha256.Sum256(decoded)
	return hex.EncodeToString(sum[:])
}

func assemble(dir string, parts [4][]byte) (*Set, error) {
	files := Files()
	sum := sha256.New()
	for i, f := range files {
		sum.Write(parts[i])
		parts[i] = Payload(parts[i], f.Images)
	}
	s := &Set{Train: Part{parts[0], parts[1]}, Test: Part{parts[2], parts[3]}, Digest: hex.EncodeToString(sum.Sum(nil))}
	for i, p := range []Part{s.Train, s.Test} {
		if len(p.Images) != len(p.Labels)*Pixels {
			return nil, &FileError{filepath.Join(dir, files[2*i].Name), fmt.Errorf("has %d images and %s has %d labels",
				len(p.Images)/Pixels, files[2*i+1].Name, len(p.Labels))}
		}
	}
	return s, nil
}

// readBounded reads a file of at most MaxFile bytes.
func readBounded(path string) ([]byte, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer in.Close()
	info, err := in.Stat()
	switch {
	case err != nil:
		return nil, cause(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a file")
	case info.Size() > MaxFile:
		return nil, fmt.Errorf("is %d bytes long, at most %d are read", info.Size(), MaxFile)
	}
	out, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err != nil {
		return nil, cause(err)
	}
	return out, nil
}

// cause drops the path that os puts before its errors: FileError says it.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot be read (%s)", strings.TrimSpace(p.Err.Error()))
	}
	return err
}
