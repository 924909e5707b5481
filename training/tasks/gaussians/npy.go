package gaussians

import (
	"encoding/binary"
	"fmt"
	"math"

	"sweep/training"
)

// npy writes points (n, 2) as numpy's .npy format 1.0, float32 little-endian.
func npy(points []float32) []byte {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 2), }", len(points)/2)
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	out = append(out, header...)
	for _, v := range points {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	return out
}

func artifact(name string, step int64, points []float32) training.Artifact {
	return training.Artifact{Name: name, Step: step, MediaType: "application/x-npy", Extension: ".npy", Data: npy(points)}
}
