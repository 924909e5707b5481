// Package array writes artifacts that are arrays, in numpy's .npy format 1.0, C
// order: what numpy.load and the report read.
//
// It promises that equal arrays have equal bytes. It imports nothing but
// training.
package array

import (
	"fmt"

	"sweep/training"
)

// Bytes is an array of bytes: pictures, 0 dark to 255 light.
func Bytes(name string, step int64, body []byte, shape ...int) training.Artifact {
	return artifact(name, step, "|u1", body, shape)
}

// Counts is an array of uint16, whose bytes are little-endian.
func Counts(name string, step int64, body []byte, shape ...int) training.Artifact {
	return artifact(name, step, "<u2", body, shape)
}

func artifact(name string, step int64, dtype string, body []byte, shape []int) training.Artifact {
	sizes := ""
	for _, n := range shape {
		sizes += fmt.Sprintf("%d, ", n)
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, sizes)
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	out = append(append(out, header...), body...)
	return training.Artifact{Name: name, Step: step, MediaType: "application/x-npy", Extension: ".npy", Data: out}
}
