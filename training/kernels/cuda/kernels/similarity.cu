// Minibatch discrimination (Salimans et al. 2016, §3.2): m (n, dims·kernels),
// coordinate c of kernel k in column c·kernels + k. A thread takes one sample's
// kernel and goes over the other samples in order.
#include "curves.cuh"

__device__ inline float closeness(const float* x, const float* y, int dims, int kernels) {
  float distance = 0.f;
  for (int c = 0; c < dims; c++) {
    float d = x[c * kernels] - y[c * kernels];
    distance += larger(d, -d);
  }
  return exp_negative(-distance);
}

// n: samples·kernels, kernels, dims, samples
KERNEL(k_similar) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* m = a.at(1);
  int kernels = a.size(1), dims = a.size(2), samples = a.size(3), width = kernels * dims;
  FOR_EACH(i, a.n[0]) {
    int own = i / kernels, k = i % kernels;
    float s = 0.f;
    for (int j = 0; j < samples; j++)
      if (j != own) s += closeness(m + own * width + k, m + j * width + k, dims, kernels);
    out[i] = s;
  }
}

KERNEL(k_similar_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *m = a.at(1), *g = a.at(2);
  int kernels = a.size(1), dims = a.size(2), samples = a.size(3), width = kernels * dims;
  FOR_EACH(i, a.n[0]) {
    int own = i / kernels, k = i % kernels;
    const float* x = m + own * width + k;
    float* o = out + own * width + k;
    for (int c = 0; c < dims; c++) o[c * kernels] = 0.f;
    for (int j = 0; j < samples; j++) {
      if (j == own) continue;
      const float* y = m + j * width + k;
      float t = (g[i] + g[j * kernels + k]) * closeness(x, y, dims, kernels);
      for (int c = 0; c < dims; c++) {
        float d = x[c * kernels] - y[c * kernels];
        o[c * kernels] -= d == 0.f ? 0.f : d < 0.f ? -t : t;
      }
    }
  }
}
