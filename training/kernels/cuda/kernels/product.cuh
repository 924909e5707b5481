// Tiled products. A factor is anything with (line, depth) → float, zero outside,
// and along_lines(), which tells whether neighbours in memory are lines; what
// becomes of an element is put's business.
#pragma once
#include "curves.cuh"

// A block computes kTile×kTile elements, kStep of the depth at a time; a thread
// kOwn×kOwn of them. Lines of the tiles in shared memory are kPitch apart, which
// keeps float4 aligned.
constexpr int kTile = 64, kStep = 16, kOwn = 4, kPitch = kTile + 4;

// stage brings one factor's part of the tile to shared memory, as [depth][line].
template <class Factor, class Round>
__device__ void stage(float* tile, const Factor& f, int line0, int depth0, Round round) {
  bool along = f.along_lines();
  for (int e = threadIdx.x; e < kTile * kStep; e += kThreads) {
    int line = along ? e % kTile : e / kStep, p = along ? e / kTile : e % kStep;
    tile[p * kPitch + line] = round(f(line0 + line, depth0 + p));
  }
}

struct Unrounded {
  __device__ float operator()(float x) const { return x; }
};

// product_at computes the tile that begins at (row0, col0).
template <class A, class B, class Put>
__device__ void product_at(int row0, int col0, int depth, const A& left, const B& right, const Put& put) {
  SHARED(float, as, kStep * kPitch);
  SHARED(float, bs, kStep * kPitch);
  int own_row = threadIdx.x / (kTile / kOwn) * kOwn, own_col = threadIdx.x % (kTile / kOwn) * kOwn;
  float sum[kOwn][kOwn] = {};
  for (int p0 = 0; p0 < depth; p0 += kStep) {
    stage(as, left, row0, p0, Unrounded());
    stage(bs, right, col0, p0, Unrounded());
    __syncthreads();
    int end = min(kStep, depth - p0);
    for (int p = 0; p < end; p++) {
      float4 x4 = *(const float4*)&as[p * kPitch + own_row], y4 = *(const float4*)&bs[p * kPitch + own_col];
      float x[kOwn] = {x4.x, x4.y, x4.z, x4.w}, y[kOwn] = {y4.x, y4.y, y4.z, y4.w};
#pragma unroll
      for (int r = 0; r < kOwn; r++)
#pragma unroll
        for (int c = 0; c < kOwn; c++) sum[r][c] = fmaf(x[r], y[c], sum[r][c]);
    }
    __syncthreads();
  }
  for (int r = 0; r < kOwn; r++)
    for (int c = 0; c < kOwn; c++) put(row0 + own_row + r, col0 + own_col + c, sum[r][c]);
}

template <class A, class B, class Put> __device__ void product(int depth, const A& left, const B& right, const Put& put) {
  product_at(blockIdx.y * kTile, blockIdx.x * kTile, depth, left, right, put);
}

// mma is D (16, 8) += A (16, 8) · B (8, 8) over a warp: lane 4g+t holds A's
// (g, t), (g+8, t), (g, t+4), (g+8, t+4), B's (t, g), (t+4, g) and D's (g, 2t),
// (g, 2t+1), (g+8, 2t), (g+8, 2t+1) (PTX ISA, mma.m16n8k8 with .tf32).
#ifdef __CUDACC__
__device__ inline void mma(float (&d)[4], const float (&a)[4], const float (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};\n"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])),
                 "r"(__float_as_uint(a[3])), "r"(__float_as_uint(b[0])), "r"(__float_as_uint(b[1])));
}
#endif

// ToTF32 rounds to ten bits, ties away from zero.
struct ToTF32 {
  __device__ float operator()(float x) const {
#ifdef __CUDACC__
    unsigned u;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(u) : "f"(x));
    return __uint_as_float(u);
#else
    return x - x == 0.f ? __uint_as_float((__float_as_uint(x) + 0x1000u) & 0xffffe000u) : x;
#endif
  }
};

// Eight warps: warp w takes rows 16·(w%4) … +16 and columns 32·(w/4) … +32 of the
// tile, as four mma tiles side by side.
template <class A, class B, class Put>
__device__ void product_tf32(int depth, const A& left, const B& right, const Put& put) {
  constexpr int kSide = 4;
  SHARED(float, as, kStep * kPitch);
  SHARED(float, bs, kStep * kPitch);
  int row0 = blockIdx.y * kTile, col0 = blockIdx.x * kTile;
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  int row = warp % 4 * 16, col = warp / 4 * 32;
  float sum[kSide][4] = {};
  for (int p0 = 0; p0 < depth; p0 += kStep) {
    stage(as, left, row0, p0, ToTF32());
    stage(bs, right, col0, p0, ToTF32());
    __syncthreads();
    for (int p = 0; p < kStep; p += 8) {
      const float *x = as + (p + t) * kPitch + row + g, *y = bs + (p + t) * kPitch + col + g;
      float xa[4] = {x[0], x[8], x[4 * kPitch], x[4 * kPitch + 8]};
      for (int s = 0; s < kSide; s++) {
        float yb[2] = {y[8 * s], y[4 * kPitch + 8 * s]};
        mma(sum[s], xa, yb);
      }
    }
    __syncthreads();
  }
  for (int s = 0; s < kSide; s++)
    for (int e = 0; e < 4; e++) put(row0 + row + g + e / 2 * 8, col0 + col + 8 * s + 2 * t + e % 2, sum[s][e]);
}
