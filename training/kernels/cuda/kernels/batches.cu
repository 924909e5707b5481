// Batches: uniform codes, indices into a data set and its rows.
#include "draws.cuh"

// out from low up to high: element i is word i of the run's blocks; the bits of
// kernels.Uniforms. op: out, Where; n: elements, stream, inner; c: low, width.
KERNEL(k_uniforms) {
  if (a.sleeps()) return;
  float* out = a.at(0); const Where* at = (const Where*)a.at(1);
  unsigned count = a.size(0);
  FOR_EACH(i, (count + 3) / 4) {
    Block b = philox(i, (unsigned)a.n[2], at->outer, (unsigned)a.n[1], at->key);
    for (unsigned w = 0; w < 4; w++)
      if (4 * i + w < count) out[4 * i + w] = a.c[0] + a.c[1] * ((float)(b.w[w] >> 8) * (1.f / (1 << 24)));
  }
}

// out (words) are indices below a number, drawn with replacement: kernels.Index of
// word i of the run's blocks. op: out, Where; n: elements, stream, inner, number.
KERNEL(k_indices) {
  if (a.sleeps()) return;
  unsigned* out = (unsigned*)a.at(0); const Where* at = (const Where*)a.at(1);
  unsigned count = a.size(0);
  FOR_EACH(i, (count + 3) / 4) {
    Block b = philox(i, (unsigned)a.n[2], at->outer, (unsigned)a.n[1], at->key);
    for (unsigned w = 0; w < 4; w++)
      if (4 * i + w < count) out[4 * i + w] = __umulhi(b.w[w], (unsigned)a.n[3]);
  }
}

// Rows of a data set of bytes, by a table of 256 floats. op: out, set, indices
// (words), table; n: elements of out, bytes of a row.
KERNEL(k_gather) {
  if (a.sleeps()) return;
  float* out = a.at(0); const unsigned char* set = (const unsigned char*)a.at(1);
  const unsigned* rows = (const unsigned*)a.at(2); const float* table = a.at(3);
  unsigned width = (unsigned)a.n[1];
  FOR_EACH(i, a.n[0]) out[i] = table[set[(long long)rows[i / width] * width + i % width]];
}
