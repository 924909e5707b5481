package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Point is a sample of a two-dimensional mixture, in data units.
type Point struct{ X, Y float32 }

// maxPoints bounds what a samples file may hold.
const maxPoints = 1 << 20

// The header is a Python literal; only the form that numpy writes for such
// arrays is read.
var (
	npyMagic   = []byte("\x93NUMPY")
	npyDescr   = regexp.MustCompile(`'descr'\s*:\s*'<f4'`)
	npyFortran = regexp.MustCompile(`'fortran_order'\s*:\s*False`)
	npyShape   = regexp.MustCompile(`'shape'\s*:\s*\((\d{1,9}),\s*2,?\s*\)`)
)

// ReadPoints reads a .npy file (format 1.0 to 3.0) that holds an N×2 array of
// little-endian float32 in C order, N ≤ 2^20. Anything else is an error that
// says what was wrong; no size that the file claims is allocated before the
// bytes are seen to be there. Values may be NaN or infinite.
func ReadPoints(data []byte) ([]Point, error) {
	header, body, err := splitNPY(data)
	if err != nil {
		return nil, err
	}
	if !npyDescr.Match(header) {
		return nil, fmt.Errorf("samples file: not little-endian float32: %.80q", header)
	}
	if !npyFortran.Match(header) {
		return nil, fmt.Errorf("samples file: not in C order: %.80q", header)
	}
	shape := npyShape.FindSubmatch(header)
	if shape == nil {
		return nil, fmt.Errorf("samples file: not an N×2 array: %.80q", header)
	}
	n, err := strconv.Atoi(string(shape[1]))
	if err != nil || n > maxPoints {
		return nil, fmt.Errorf("samples file: %s points, at most %d are read", shape[1], maxPoints)
	}
	if len(body) != 8*n {
		return nil, fmt.Errorf("samples file: %d bytes for %d points, expected %d", len(body), n, 8*n)
	}
	points := make([]Point, n)
	for i := range points {
		points[i].X = math.Float32frombits(binary.LittleEndian.Uint32(body[8*i:]))
		points[i].Y = math.Float32frombits(binary.LittleEndian.Uint32(body[8*i+4:]))
	}
	return points, nil
}

// splitNPY separates header and array: magic, two version bytes, the header's
// length (two bytes in version 1, four later), header, array.
func splitNPY(data []byte) (header, body []byte, err error) {
	rest, ok := bytes.CutPrefix(data, npyMagic)
	if !ok || len(rest) < 6 {
		return nil, nil, fmt.Errorf("samples file: not a .npy file")
	}
	major := rest[0]
	size, start := int(binary.LittleEndian.Uint16(rest[2:])), 4
	switch {
	case major == 2 || major == 3:
		n := binary.LittleEndian.Uint32(rest[2:])
		if uint64(n) > uint64(len(rest)) {
			return nil, nil, fmt.Errorf("samples file: cut off in its header")
		}
		size, start = int(n), 6
	case major != 1:
		return nil, nil, fmt.Errorf("samples file: .npy version %d is not known", major)
	}
	if start+size > len(rest) {
		return nil, nil, fmt.Errorf("samples file: cut off in its header")
	}
	return rest[start : start+size], rest[start+size:], nil
}
