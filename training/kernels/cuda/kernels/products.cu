// Products of matrices with fused tails: out = f(op(A)·op(B) + b + sigma·noise).
#include "product.cuh"

// Strided reads a factor through two strides, so that transposing is free.
struct Strided {
  const float* data;
  long long line, depth; // elements from one line (row of A, column of B) to the next, and along the depth
  int lines, depths;
  __device__ float operator()(int i, int p) const {
    return i < lines && p < depths ? data[i * line + p * depth] : 0.f;
  }
  __device__ bool along_lines() const { return line == 1 && depth != 1; }
};

// Tail finishes an element: bias, noise, activation; null parts are left out.
struct Tail {
  float* out;
  const float *bias, *noise;
  int rows, cols, curve;
  float sigma, leak;
  __device__ void operator()(int i, int j, float sum) const {
    if (i >= rows || j >= cols) return;
    long long at = (long long)i * cols + j;
    if (bias) sum += bias[j];
    if (noise) sum += sigma * noise[at];
    out[at] = bend(curve, leak, sum);
  }
};

// op: out, A, B, bias, noise; n: rows, cols, depth, A's line and depth stride,
// B's line and depth stride, curve; c: sigma, leak.
__device__ inline Strided left_of(const Args& a) {
  return {a.at(1), a.n[3], a.n[4], a.size(0), a.size(2)};
}
__device__ inline Strided right_of(const Args& a) {
  return {a.at(2), a.n[5], a.n[6], a.size(1), a.size(2)};
}
__device__ inline Tail tail_of(const Args& a) {
  return {a.at(0), a.at(3), a.at(4), a.size(0), a.size(1), a.size(7), a.c[0], a.c[1]};
}

// Every element is one chain of fused multiply-adds in the order of the depth.
KERNEL(k_product) {
  if (a.sleeps()) return;
  product(a.size(2), left_of(a), right_of(a), tail_of(a));
}

// The same on tensor cores: factors rounded to TF32 (10 bits), sums in float32.
KERNEL(k_product_tf32) {
  if (a.sleeps()) return;
  product_tf32(a.size(2), left_of(a), right_of(a), tail_of(a));
}
