package report

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Images is a stack of N pictures of H×W pixels with C channels (1 grey, 3 red,
// green and blue), values row by row, pixel by pixel, 0 dark to 1 light.
type Images struct {
	N, H, W, C int
	Values     []float32
}

// Bounds on what a file of pictures may hold.
const (
	maxImageValues = 1 << 24
	maxImageSide   = 1024
)

var (
	npyKind  = regexp.MustCompile(`'descr'\s*:\s*'(<f4|\|u1)'`)
	npySizes = regexp.MustCompile(`'shape'\s*:\s*\(([0-9, ]{1,60})\)`)
)

// ReadImages reads a .npy file of shape (n, h, w) or (n, h, w, 3): float32 in
// [0, 1] (what lies outside is cut, NaN is dark) or bytes from 0 to 255.
// Anything else is an error that says what was wrong; no size that the file
// claims is allocated before the bytes are seen to be there.
func ReadImages(data []byte) (Images, error) {
	shape, values, err := readArray(data)
	switch {
	case err != nil:
		return Images{}, err
	case len(shape) == 3:
		return newImages(shape[0], shape[1:], 1, values)
	case len(shape) == 4 && shape[3] == 3:
		return newImages(shape[0], shape[1:3], 3, values)
	}
	return Images{}, fmt.Errorf("pictures file: shape %v, expected (n, h, w) or (n, h, w, 3)", shape)
}

// ReadSheet reads a .npy file of shape (rows, columns, h, w) or (rows, columns,
// h, w, 3), as ReadImages reads a stack: walks between codes, a row each.
func ReadSheet(data []byte) (rows, columns int, images Images, err error) {
	shape, values, err := readArray(data)
	switch {
	case err != nil:
		return 0, 0, Images{}, err
	case len(shape) == 4:
		images, err = newImages(shape[0]*shape[1], shape[2:], 1, values)
	case len(shape) == 5 && shape[4] == 3:
		images, err = newImages(shape[0]*shape[1], shape[2:4], 3, values)
	default:
		err = fmt.Errorf("sheet file: shape %v, expected (rows, columns, h, w) or (rows, columns, h, w, 3)", shape)
	}
	if err != nil {
		return 0, 0, Images{}, err
	}
	return shape[0], shape[1], images, nil
}

func newImages(n int, side []int, channels int, values []float32) (Images, error) {
	if side[0] > maxImageSide || side[1] > maxImageSide {
		return Images{}, fmt.Errorf("pictures file: %d×%d pixels, at most %d×%d are drawn", side[0], side[1], maxImageSide, maxImageSide)
	}
	return Images{N: n, H: side[0], W: side[1], C: channels, Values: values}, nil
}

// readArray reads an array of any shape in C order, as shares from 0 to 1.
func readArray(data []byte) (shape []int, values []float32, err error) {
	header, body, err := splitNPY(data)
	if err != nil {
		return nil, nil, err
	}
	kind := npyKind.FindSubmatch(header)
	if kind == nil {
		return nil, nil, fmt.Errorf("pictures file: neither little-endian float32 nor bytes: %.80q", header)
	}
	if !npyFortran.Match(header) {
		return nil, nil, fmt.Errorf("pictures file: not in C order: %.80q", header)
	}
	shape, total, err := shapeOf(header)
	if err != nil {
		return nil, nil, err
	}
	width := 1
	if kind[1][0] == '<' {
		width = 4
	}
	if len(body) != total*width {
		return nil, nil, fmt.Errorf("pictures file: %d bytes for shape %v, expected %d", len(body), shape, total*width)
	}
	values = make([]float32, total)
	for i := range values {
		if width == 1 {
			values[i] = float32(body[i]) / 255
			continue
		}
		values[i] = clip(math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:])))
	}
	return shape, values, nil
}

// shapeOf reads the header's shape: every size at least 1, bounded in all.
func shapeOf(header []byte) (shape []int, total int, err error) {
	m := npySizes.FindSubmatch(header)
	if m == nil {
		return nil, 0, fmt.Errorf("pictures file: no shape in %.80q", header)
	}
	total = 1
	for part := range strings.SplitSeq(strings.TrimRight(string(m[1]), ", "), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > maxImageValues || total > maxImageValues/n {
			return nil, 0, fmt.Errorf("pictures file: shape (%s): sizes from 1, at most %d values in all", m[1], maxImageValues)
		}
		shape, total = append(shape, n), total*n
	}
	return shape, total, nil
}

// clip keeps a value within [0, 1]; NaN becomes 0.
func clip(v float32) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}
