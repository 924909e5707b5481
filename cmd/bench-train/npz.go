package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// npz writes everything as numpy's .npz: a zip of .npy arrays.
func (d *data) npz() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, a array) {
		// A bytes.Buffer does not fail.
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		_, _ = w.Write(a.npy())
	}
	for name, a := range d.weights {
		put(name, a)
	}
	put("real", d.real)
	put("z", d.z)
	put("zg", d.zg)
	_ = z.Close()
	return b.Bytes()
}

// npy is numpy's .npy format 1.0, float32 little-endian.
func (a array) npy() []byte {
	shape := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(a.shape)), ", "), "[]")
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	out = append(out, header...)
	out, _ = binary.Append(out, binary.LittleEndian, a.data)
	return out
}
