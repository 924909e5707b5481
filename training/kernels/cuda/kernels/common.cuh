// What every kernel shares: its arguments, the mapping of threads to elements,
// and sums in a fixed order.
//
// A kernel works on a pack of trials: blockIdx.z is the trial, and operand o of
// trial z begins at op[o].at + z·op[o].stride. A trial's result depends on its
// own operands alone, so that a packed trial has the bytes of the trial alone.
// Blocks have kThreads threads in x. Files are compiled without contraction:
// only what says fmaf is fused.
#pragma once

constexpr int kThreads = 256;

struct Operand {
  float* at;
  long long stride; // elements from one trial to the next
};

// Args is all that a kernel is given; package cuda writes the same layout.
struct Args {
  const int* active; // one word per trial, 0 where it sleeps; null: all work
  Operand op[8];
  long long n[16];
  float c[4];

  __device__ float* at(int o) const { return op[o].at ? op[o].at + blockIdx.z * op[o].stride : nullptr; }
  __device__ int size(int i) const { return (int)n[i]; }
  __device__ bool sleeps() const { return active && !active[blockIdx.z]; }
};

#ifdef __CUDACC__
#define KERNEL(name) extern "C" __global__ void __launch_bounds__(kThreads) name(const Args a)
#define SHARED(type, name, count) __shared__ __align__(16) type name[count]
#endif

// FOR_EACH runs its body for the elements i < count that are this thread's.
#define FOR_EACH(i, count)                                                                          \
  for (unsigned i = blockIdx.x * kThreads + threadIdx.x; i < (unsigned)(count); i += gridDim.x * kThreads)

// OVER_ALL runs its body for every kThreads-th i < count: one block does them all.
#define OVER_ALL(i, count) for (int i = threadIdx.x; i < (count); i += kThreads)

// Go's max: NaN stays, and max(−0, 0) is 0.
__device__ inline float larger(float x, float y) { return x > y || x != x ? x : y; }
__device__ inline double larger(double x, double y) { return x > y || x != x ? x : y; }
__device__ inline bool finite(float x) { return x - x == 0.f; }

// block_sum adds one value of each thread, the same way in every block: a tree
// over neighbours. All threads must call it, and get the sum.
template <class T> __device__ T block_sum(T value) {
  SHARED(T, part, kThreads);
  part[threadIdx.x] = value;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if ((int)threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  T sum = part[0];
  __syncthreads(); // part may be used again
  return sum;
}

// A block takes kColumns columns; kParts threads share a column's rows.
constexpr int kColumns = 32, kParts = kThreads / kColumns;

// Column is a thread's place in a sum over the rows of a matrix.
struct Column {
  int col, part;
  bool inside;
  __device__ explicit Column(int cols)
      : col(blockIdx.x * kColumns + threadIdx.x % kColumns), part(threadIdx.x / kColumns), inside(col < cols) {}

  // sum adds term(row) over all rows: each part its own in order, then the parts
  // in order. All threads of the block must call it, and get the sum.
  template <class F> __device__ float sum(int rows, F term) const {
    SHARED(float, share, kThreads);
    float s = 0.f;
    if (inside)
      for (int r = part; r < rows; r += kParts) s += term(r);
    share[threadIdx.x] = s;
    __syncthreads();
    s = 0.f;
    for (int p = 0; p < kParts; p++) s += share[p * kColumns + threadIdx.x % kColumns];
    __syncthreads(); // share may be used again
    return s;
  }
  __device__ bool first() const { return inside && part == 0; }
};
