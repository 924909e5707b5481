// Normals by quantile polynomials, and points of Gaussian mixtures: the bits of
// package kernels.
#include "draws.cuh"

// normal is kernels.Normal; table holds seven coefficients for each octave.
__device__ inline float normal(unsigned word, const float* table) {
  unsigned p = word & 0x7fffffffu;
  float f = (float)p;
  if (p < 1u << 23) f += 0.5f;
  if (f > 2147483520.f) f = 2147483520.f;
  unsigned bits = __float_as_uint(f);
  float t = __uint_as_float((bits & 0x7fffffu) | 0x3f800000u) - 1.5f, t2 = t * t;
  const float* c = table + 7 * ((bits >> 23) - 126);
  float z = c[4] + c[5] * t + c[6] * t2;
  z = c[2] + c[3] * t + z * t2;
  z = c[0] + c[1] * t + z * t2;
  return __uint_as_float(__float_as_uint(z) ^ (word & 0x80000000u));
}

// op: out, Where, table; n: elements, stream, inner. A thread makes a block of
// four: element 32g + 8w + b is word w of block 8g + b.
KERNEL(k_normals) {
  if (a.sleeps()) return;
  float* out = a.at(0); const Where* at = (const Where*)a.at(1); const float* table = a.at(2);
  unsigned count = a.size(0), blocks = (count + 31) / 32 * 8;
  FOR_EACH(i, blocks) {
    Block b = philox(i, (unsigned)a.n[2], at->outer, (unsigned)a.n[1], at->key);
    for (unsigned w = 0; w < 4; w++) {
      unsigned e = i / 8 * 32 + 8 * w + i % 8;
      if (e < count) out[e] = normal(b.w[w], table);
    }
  }
}

// op: points (n, 2), normals on entry; Where; modes: their number, sigma, then x
// and y of each, in float64. n: points, stream, inner.
KERNEL(k_mixture) {
  if (a.sleeps()) return;
  float* out = a.at(0); const Where* at = (const Where*)a.at(1); const double* modes = (const double*)a.at(2);
  unsigned count = (unsigned)modes[0];
  double sigma = modes[1];
  FOR_EACH(i, a.n[0]) {
    Block b = philox(0x80000000u + i / 4, (unsigned)a.n[2], at->outer, (unsigned)a.n[1], at->key);
    const double* centre = modes + 2 + 2 * __umulhi(b.w[i % 4], count);
    out[2 * i] = (float)(centre[0] + sigma * (double)out[2 * i]);
    out[2 * i + 1] = (float)(centre[1] + sigma * (double)out[2 * i + 1]);
  }
}
