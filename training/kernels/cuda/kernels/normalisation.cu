// Batch normalisation by column (Ioffe and Szegedy 2015, in the form of
// experiments.md §1.0). stats is (3, cols): mean, 1/√(variance+eps), unbiased
// variance.
#include "common.cuh"

KERNEL(k_batch_stats) {
  if (a.sleeps()) return;
  float* stats = a.at(0); const float* x = a.at(1);
  int rows = a.size(0), cols = a.size(1);
  Column c(cols);
  float mean = c.sum(rows, [&](int r) { return x[(long long)r * cols + c.col]; }) / (float)rows;
  float squares = c.sum(rows, [&](int r) {
    float d = x[(long long)r * cols + c.col] - mean;
    return d * d;
  });
  if (!c.first()) return;
  stats[c.col] = mean;
  stats[cols + c.col] = 1.f / sqrtf(squares / (float)rows + a.c[0]);
  stats[2 * cols + c.col] = squares / (float)(rows > 1 ? rows - 1 : 1);
}

// out = gamma·((x − mean)·inverse) + beta, ReLU where n[2] is set
KERNEL(k_batch_norm) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *stats = a.at(2), *gamma = a.at(3), *beta = a.at(4);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) {
    unsigned j = i % cols;
    float y = ((x[i] - stats[j]) * stats[cols + j]) * gamma[j] + beta[j];
    out[i] = a.n[2] ? larger(y, 0.f) : y;
  }
}

// out (2, cols): Σ g·x̂ and Σ g
KERNEL(k_batch_norm_sums) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *g = a.at(1), *x = a.at(2), *stats = a.at(3);
  int rows = a.size(0), cols = a.size(1);
  Column c(cols);
  float mean = c.inside ? stats[c.col] : 0.f, inverse = c.inside ? stats[cols + c.col] : 0.f;
  float of_gamma = c.sum(rows, [&](int r) {
    long long i = (long long)r * cols + c.col;
    return g[i] * ((x[i] - mean) * inverse);
  });
  float of_beta = c.sum(rows, [&](int r) { return g[(long long)r * cols + c.col]; });
  if (!c.first()) return;
  out[c.col] = of_gamma;
  out[cols + c.col] = of_beta;
}

// out = gamma·inverse·(g − (Σg + x̂·Σg·x̂)/rows)
KERNEL(k_batch_norm_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0);
  const float *g = a.at(1), *x = a.at(2), *stats = a.at(3), *gamma = a.at(4), *sums = a.at(5);
  unsigned cols = a.size(1);
  float rows = (float)a.size(2);
  FOR_EACH(i, a.n[0]) {
    unsigned j = i % cols;
    float inverse = stats[cols + j], hat = (x[i] - stats[j]) * inverse;
    float part = (sums[cols + j] + hat * sums[j]) / rows;
    out[i] = (gamma[j] * inverse) * (g[i] - part);
  }
}

// stats (3, cols) of running statistics (2, cols), a mean and a variance: test
// mode. n: cols; c: eps
KERNEL(k_fixed_stats) {
  if (a.sleeps()) return;
  float* stats = a.at(0); const float* running = a.at(1);
  unsigned cols = a.size(0);
  FOR_EACH(j, cols) {
    float variance = running[cols + j];
    stats[j] = running[j];
    stats[cols + j] = 1.f / sqrtf(variance + a.c[0]);
    stats[2 * cols + j] = variance;
  }
}

// running (2, cols) takes in a pass's stats (3, cols): decay·old + (1−decay)·new.
// n: cols; c: decay, 1−decay
KERNEL(k_running) {
  if (a.sleeps()) return;
  float* running = a.at(0); const float* stats = a.at(1);
  unsigned cols = a.size(0);
  FOR_EACH(j, cols) {
    running[j] = a.c[0] * running[j] + a.c[1] * stats[j];
    running[cols + j] = a.c[0] * running[cols + j] + a.c[1] * stats[2 * cols + j];
  }
}
