// Philox 4×32-10 (Salmon et al., SC 2011): the bits of package kernels.
#pragma once
#include "common.cuh"

struct Block {
  unsigned w[4];
};

// Where is a trial's place in its random numbers; package cuda writes the same.
struct Where {
  unsigned key[2], outer;
};

__device__ inline Block philox(unsigned i, unsigned inner, unsigned outer, unsigned stream, const unsigned* key) {
  unsigned c0 = i, c1 = inner, c2 = outer, c3 = stream, k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    unsigned hi0 = __umulhi(0xD2511F53u, c0), lo0 = 0xD2511F53u * c0;
    unsigned hi1 = __umulhi(0xCD9E8D57u, c2), lo1 = 0xCD9E8D57u * c2;
    c0 = hi1 ^ c1 ^ k0;
    c1 = lo1;
    c2 = hi0 ^ c3 ^ k1;
    c3 = lo0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}
