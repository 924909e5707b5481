// Package gpucheck is what is run on a machine with an NVIDIA device: `make
// gpu-check`, or bin/gpu-check, its test binary, which needs neither Go nor data.
//
// It promises that the kernels pass kerneltest on the device, that packs of ring
// trials keep to the reference, are the same bytes packed, alone and resumed, and
// that throughput is printed. Without a device it says so and fails. It is empty
// but under the build tag gpu.
package gpucheck
