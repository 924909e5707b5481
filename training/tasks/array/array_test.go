package array_test

import (
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/tasks/array"
)

// The header's form is numpy's: a dictionary padded to 64 bytes with the
// preamble, ending in a new line.
func TestAnArrayIsANumpyFile(t *testing.T) {
	for want, a := range map[string]training.Artifact{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, ), }": array.Bytes("faces", 7, []byte("abcdef"), 2, 3),
		"{'descr': '<u2', 'fortran_order': False, 'shape': (3, ), }":    array.Counts("faces", 7, []byte("abcdef"), 3),
	} {
		head, body, _ := strings.Cut(string(a.Data), "\n")
		if a.Name != "faces" || a.Step != 7 || a.MediaType != "application/x-npy" || a.Extension != ".npy" || body != "abcdef" {
			t.Errorf("%+v", a)
		}
		length := int(head[8]) + 256*int(head[9])
		if !strings.HasPrefix(head, "\x93NUMPY\x01\x00") || strings.TrimRight(head[10:], " ") != want || len(head)+1 != 10+length || (10+length)%64 != 0 {
			t.Errorf("header %q of %d bytes", head, length)
		}
	}
}
