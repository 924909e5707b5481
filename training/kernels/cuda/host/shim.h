// A CUDA device on the processor, for tests: the same kernels compiled as C++, a
// fiber for each thread of a block, so that barriers and warp exchanges are real.
//
// Blocks run one after another. The order in which a block's threads take turns
// can be changed: what misses a barrier gives other numbers in another order.
// Shared memory is full of NaN when a block begins.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#define __device__
#define __restrict__

struct uint3 { unsigned x, y, z; };
struct alignas(16) float4 { float x, y, z, w; };

namespace host {

// Barrier lets threads go when all that are left have come.
struct Barrier {
  int need = 0, arrived = 0;
  unsigned round = 0;
  void open_if_full();
  void leave();
};

struct alignas(8) Word32 { unsigned char bytes[32]; };

struct Warp {
  Barrier barrier;
  Word32 slot[32];
};

struct Fiber {
  void* stack_at = nullptr;
  unsigned thread = 0;
  size_t shared_at = 0; // how much shared memory this thread has named
  bool done = false;
  Warp* warp = nullptr;
};

struct Grid { unsigned x, y, z; };

extern Fiber* now;              // the thread at hand
extern uint3 block, grid, lane; // blockIdx, gridDim, threadIdx of it
void wait(Barrier&);
Barrier& block_barrier();
void* shared(size_t bytes);

// exchange shows a value to the warp and reads another lane's.
template <class T> T exchange(T value, unsigned from) {
  static_assert(sizeof(T) <= sizeof(Word32));
  Warp& w = *now->warp;
  memcpy(&w.slot[now->thread % 32], &value, sizeof value);
  wait(w.barrier);
  memcpy(&value, &w.slot[from % 32], sizeof value);
  wait(w.barrier);
  return value;
}

// publish shows a value to the warp; every lane's can be read until release.
template <class T> const Word32* publish(const T& value) {
  static_assert(sizeof(T) <= sizeof(Word32));
  Warp& w = *now->warp;
  memcpy(&w.slot[now->thread % 32], &value, sizeof value);
  wait(w.barrier);
  return w.slot;
}
inline void release() { wait(now->warp->barrier); }

} // namespace host

#define threadIdx (host::lane)
#define blockIdx (host::block)
#define gridDim (host::grid)
#define SHARED(type, name, count) type* const name = (type*)host::shared(sizeof(type) * (count))

struct Args;
namespace host {
using Kernel = void (*)(const Args&);
std::unordered_map<std::string, Kernel>& kernels();
struct Entry {
  Entry(const char* name, Kernel k) { kernels()[name] = k; }
};
} // namespace host
#define KERNEL(name)                                                                                \
  static void name(const Args& a);                                                                  \
  static host::Entry entry_##name(#name, name);                                                     \
  static void name(const Args& a)

using std::min;
inline void __syncthreads() { host::wait(host::block_barrier()); }
inline void __syncwarp(unsigned = ~0u) { host::wait(host::now->warp->barrier); }
template <class T> T __shfl_sync(unsigned, T v, int from) { return host::exchange(v, from); }
template <class T> T __shfl_xor_sync(unsigned, T v, int mask) { return host::exchange(v, host::now->thread ^ mask); }
inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((uint64_t)x * y >> 32); }
inline float __uint_as_float(unsigned u) { float f; memcpy(&f, &u, 4); return f; }
inline unsigned __float_as_uint(float f) { unsigned u; memcpy(&u, &f, 4); return u; }

// mma of m16n8k8, in the order of the depth; which order the device takes is not
// documented.
inline void mma(float (&d)[4], const float (&a)[4], const float (&b)[2]) {
  struct Part { float a[4], b[2]; } own{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
  const host::Word32* all = host::publish(own);
  auto of = [&](int lane) { Part p; memcpy(&p, &all[lane], sizeof p); return p; };
  int g = host::now->thread % 32 / 4, t = host::now->thread % 4;
  for (int k = 0; k < 8; k++) {
    Part row = of(4 * g + k % 4), left = of(4 * (2 * t) + k % 4), right = of(4 * (2 * t + 1) + k % 4);
    for (int e = 0; e < 4; e++) d[e] = fmaf(row.a[k / 4 * 2 + e / 2], (e % 2 ? right : left).b[k / 4], d[e]);
  }
  host::release();
}
