package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"sweep/training"
)

// State is what a task needs to go on: its tensors and its counters (optimizer
// steps, the next outer step of every random stream).
type State struct {
	Tensors  []Tensor
	Counters map[string]int64
}

// Tensor is a named tensor in little-endian bytes.
type Tensor struct {
	Name  string
	DType string // "F32" or "F64"
	Shape []int
	Data  []byte
}

// FromFloats copies a matrix into a tensor.
func FromFloats[T float32 | float64](name string, rows, cols int, data []T) Tensor {
	t := Tensor{Name: name, DType: dtypeOf[T](), Shape: []int{rows, cols}}
	t.Data = make([]byte, 0, len(data)*sizes[t.DType])
	for _, v := range data {
		switch v := any(v).(type) {
		case float32:
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(v))
		case float64:
			t.Data = binary.LittleEndian.AppendUint64(t.Data, math.Float64bits(v))
		}
	}
	return t
}

// CopyFloats writes the tensor called name into dst, which must have its type
// and size.
func CopyFloats[T float32 | float64](s State, name string, dst []T) error {
	for _, t := range s.Tensors {
		if t.Name != name {
			continue
		}
		size := sizes[t.DType]
		if t.DType != dtypeOf[T]() || len(t.Data) != size*len(dst) {
			return fmt.Errorf("%w: tensor %s is %s %v, expected %d elements of %s",
				training.ErrState, name, t.DType, t.Shape, len(dst), dtypeOf[T]())
		}
		for i := range dst {
			dst[i] = decode[T](t.Data[i*size:])
		}
		return nil
	}
	return fmt.Errorf("%w: tensor %s is missing", training.ErrState, name)
}

func decode[T float32 | float64](b []byte) (v T) {
	switch p := any(&v).(type) {
	case *float32:
		*p = math.Float32frombits(binary.LittleEndian.Uint32(b))
	case *float64:
		*p = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return v
}

// sizes are the bytes per element of each type.
var sizes = map[string]int{"F32": 4, "F64": 8}

func dtypeOf[T float32 | float64]() string {
	if _, ok := any(*new(T)).(float64); ok {
		return "F64"
	}
	return "F32"
}

// Number is a float in JSON, NaN and infinities included.
type Number float64

// MarshalText writes the shortest form that reads back as the same number.
func (n Number) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(n), 'g', -1, 64), nil
}

// UnmarshalText reads MarshalText's form.
func (n *Number) UnmarshalText(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	*n = Number(f)
	return err
}
