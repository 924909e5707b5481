// Sums in a fixed order, by column, by row and over all elements; losses.
#include "curves.cuh"

// out (1, cols) is the sum of the rows of x (rows, cols)
KERNEL(k_col_sum) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  int rows = a.size(0), cols = a.size(1);
  Column c(cols);
  float s = c.sum(rows, [&](int r) { return x[(long long)r * cols + c.col]; });
  if (c.first()) out[c.col] = s;
}

// out (1, cols) is Σ over the rows of x·y; n[2] set: 1/(√Σ + 1e-9)
KERNEL(k_col_dot) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *y = a.at(2);
  int rows = a.size(0), cols = a.size(1);
  Column c(cols);
  float s = c.sum(rows, [&](int r) { return x[(long long)r * cols + c.col] * y[(long long)r * cols + c.col]; });
  if (c.first()) out[c.col] = a.n[2] ? 1.f / (sqrtf(s) + 1e-9f) : s;
}

// out (rows, 1) is the sum of each row, in order
KERNEL(k_row_sum) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  int cols = a.size(1);
  FOR_EACH(i, a.n[0]) {
    float s = 0.f;
    for (int j = 0; j < cols; j++) s += x[(long long)i * cols + j];
    out[i] = s;
  }
}

// the logarithm of Σ exp of a row, the largest logit taken out first
__device__ inline double log_sum_exp(const float* l, int cols) {
  float top = l[0];
  for (int j = 1; j < cols; j++) top = larger(top, l[j]);
  if (!finite(top)) return top;
  double s = 0;
  for (int j = 0; j < cols; j++) s += exp((double)l[j] - (double)top);
  return (double)top + log(s);
}

KERNEL(k_log_sum_exp) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* l = a.at(1);
  int cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = (float)log_sum_exp(l + (long long)i * cols, cols);
}

KERNEL(k_softmax) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* l = a.at(1);
  int cols = a.size(1);
  FOR_EACH(i, a.n[0]) {
    const float* row = l + (long long)i * cols;
    double s = log_sum_exp(row, cols);
    for (int j = 0; j < cols; j++) out[(long long)i * cols + j] = (float)exp((double)row[j] - s);
  }
}

// Sums over all elements run in one block, in float64.
// mean over the rows of log Σ exp(l) − Σ y·l
KERNEL(k_cross_entropy) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *l = a.at(1), *y = a.at(2);
  int rows = a.size(0), cols = a.size(1);
  double s = 0;
  OVER_ALL(i, rows) {
    const float *row = l + (long long)i * cols, *label = y + (long long)i * cols;
    double picked = 0;
    for (int j = 0; j < cols; j++) picked += (double)label[j] * (double)row[j];
    s += log_sum_exp(row, cols) - picked;
  }
  s = block_sum(s);
  if (threadIdx.x == 0) out[0] = (float)(s / rows);
}

KERNEL(k_dot) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *y = a.at(2);
  double s = 0;
  OVER_ALL(i, a.size(0)) s += (double)x[i] * (double)y[i];
  s = block_sum(s);
  if (threadIdx.x == 0) out[0] = (float)s;
}

__device__ inline double softplus(double x) { return x != x ? x : larger(x, 0.0) + log(1 + exp(-fabs(x))); }
__device__ inline double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  double e = exp(x);
  return e / (1 + e);
}

// mean of softplus(c·l)
KERNEL(k_softplus_mean) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* l = a.at(1);
  double s = 0;
  OVER_ALL(i, a.size(0)) s += softplus((double)(a.c[0] * l[i]));
  s = block_sum(s);
  if (threadIdx.x == 0) out[0] = (float)(s / a.size(0));
}

KERNEL(k_sigmoid_mean) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* l = a.at(1);
  double s = 0;
  OVER_ALL(i, a.size(0)) s += sigmoid((double)l[i]);
  s = block_sum(s);
  if (threadIdx.x == 0) out[0] = (float)(s / a.size(0));
}

// out = g·c·σ(c·l)/n
KERNEL(k_softplus_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *l = a.at(1), *g = a.at(2);
  double by = (double)g[0] * (double)a.c[0] / (double)a.n[0];
  FOR_EACH(i, a.n[0]) out[i] = (float)(by * sigmoid((double)(a.c[0] * l[i])));
}
