// Package host runs the CUDA kernels on the processor, for tests: it is compiled
// only under the build tag cudahost, on amd64, with a C++ compiler.
//
// It promises that a block's threads meet at barriers and in warp exchanges as on
// a device, in any of three orders, so that a missing barrier shows. It says
// nothing about speed, the device's compiler or its memory's order. It imports
// package cuda only.
package host
