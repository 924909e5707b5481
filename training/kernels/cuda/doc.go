// Package cuda is the kernels' backend for NVIDIA devices: CUDA kernels of our
// own, written for packs of trials, over whatever Device runs them. Its folder
// driver is the real device, its folder host the processor in a device's place,
// for tests.
//
// It promises the reference's bits in everything but products, sums and
// exponentials in float64, which are within package kernels' tolerances; normals
// are the same bits everywhere. A sum's order depends on its own length alone,
// so that a trial in a pack has the bytes of the trial alone. In a product every
// element is one chain of fused multiply-adds in the order of the depth; with
// TF32 the factors are rounded to ten bits first, and the numerics key says so.
//
// It imports package kernels only; no header or library of NVIDIA's is needed to
// build it.
package cuda
