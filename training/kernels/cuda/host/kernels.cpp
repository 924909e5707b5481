//go:build cudahost && amd64

#include "shim.h"

#include "../kernels/all.cu"

// k_faulty lacks a barrier; the tests show that changing the order of the threads
// finds it.
KERNEL(k_faulty) {
  SHARED(float, line, kThreads);
  line[threadIdx.x] = a.at(1)[threadIdx.x];
  a.at(0)[threadIdx.x] = line[(threadIdx.x + 1) % kThreads];
}

// k_stuck has a barrier that only some threads reach while others wait for their
// warp.
KERNEL(k_stuck) {
  if (threadIdx.x == 0) __syncwarp();
  else __syncthreads();
}
