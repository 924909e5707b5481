// Batch normalisation over batch and places, by channel of images. A sum takes a
// block for each channel.
#include "curves.cuh"

// Channel is one channel of x (rows, channels·places); n: rows, channels, places.
struct Channel {
  int rows, channels, places, own;
  __device__ Channel(const Args& a, int own) : rows(a.size(0)), channels(a.size(1)), places(a.size(2)), own(own) {}
  __device__ float count() const { return (float)rows * (float)places; }

  // sum adds term(element of x) over the channel. All threads must call it.
  template <class F> __device__ float sum(F term) const {
    float s = 0.f;
    OVER_ALL(i, rows * places) s += term(((long long)(i / places) * channels + own) * places + i % places);
    return block_sum(s);
  }
};

// n: elements, channels, places
__device__ inline unsigned channel_of(const Args& a, unsigned i) { return i / a.size(2) % a.size(1); }

// op: out (1, channels), x
KERNEL(k_channel_sum) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  Channel c(a, blockIdx.x);
  float s = c.sum([&](long long i) { return x[i]; });
  if (threadIdx.x == 0) out[c.own] = s;
}

// op: out, x (1, channels)
KERNEL(k_channel_broadcast) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  FOR_EACH(i, a.n[0]) out[i] = x[channel_of(a, i)];
}

// op: stats, x; c: eps
KERNEL(k_channel_stats) {
  if (a.sleeps()) return;
  float* stats = a.at(0); const float* x = a.at(1);
  Channel c(a, blockIdx.x);
  float mean = c.sum([&](long long i) { return x[i]; }) / c.count();
  float squares = c.sum([&](long long i) {
    float d = x[i] - mean;
    return d * d;
  });
  if (threadIdx.x > 0) return;
  stats[c.own] = mean;
  stats[c.channels + c.own] = 1.f / sqrtf(squares / c.count() + a.c[0]);
  stats[2 * c.channels + c.own] = squares / (c.count() > 1.f ? c.count() - 1.f : 1.f);
}

// op: out, x, stats, gamma, beta; n[3]: curve, c[1]: leak
KERNEL(k_channel_norm) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *stats = a.at(2), *gamma = a.at(3), *beta = a.at(4);
  FOR_EACH(i, a.n[0]) {
    unsigned j = channel_of(a, i);
    out[i] = bend(a.size(3), a.c[1], ((x[i] - stats[j]) * stats[a.n[1] + j]) * gamma[j] + beta[j]);
  }
}

// op: out (2, channels), g, x, stats
KERNEL(k_channel_norm_sums) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *g = a.at(1), *x = a.at(2), *stats = a.at(3);
  Channel c(a, blockIdx.x);
  float mean = stats[c.own], inverse = stats[c.channels + c.own];
  float of_gamma = c.sum([&](long long i) { return g[i] * ((x[i] - mean) * inverse); });
  float of_beta = c.sum([&](long long i) { return g[i]; });
  if (threadIdx.x > 0) return;
  out[c.own] = of_gamma;
  out[c.channels + c.own] = of_beta;
}

// op: out, g, x, stats, gamma, sums; c: rows·places
KERNEL(k_channel_norm_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0);
  const float *g = a.at(1), *x = a.at(2), *stats = a.at(3), *gamma = a.at(4), *sums = a.at(5);
  FOR_EACH(i, a.n[0]) {
    unsigned j = channel_of(a, i);
    float inverse = stats[a.n[1] + j], hat = (x[i] - stats[j]) * inverse;
    float part = sums[a.n[1] + j] / a.c[0] + hat * (sums[j] / a.c[0]);
    out[i] = (gamma[j] * inverse) * (g[i] - part);
  }
}
