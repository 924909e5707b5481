// Package cpu is the kernels' backend for processors: AVX2 and FMA where the
// machine has them, the plain Go reference elsewhere and under the build tag
// noasm. Products are computed and normals drawn with AVX-512 where that is there
// too.
//
// It promises the reference's bits in everything but products: a sum of
// MatMul and Dense is one chain of fused multiply-adds in the order of the
// depth, whatever the tile, the cut, the alignment or the number of rows and
// columns around it. Nothing is allocated per call, and no goroutine is started.
//
// It imports package kernels and the detection of processors' features only.
package cpu

//go:generate go -C gen run . -out ../kernels_amd64.s -stubs ../stubs_amd64.go -pkg cpu
//go:generate sh -c "sha256sum gen/*.go gen/go.mod gen/go.sum kernels_amd64.s stubs_amd64.go > kernels.sha256"
