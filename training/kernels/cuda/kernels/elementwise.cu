// Operations on elements, rows and columns that round at most once per step, so
// that they give the reference's bits.
#include "curves.cuh"

// out = x + y
KERNEL(k_add) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *y = a.at(2);
  FOR_EACH(i, a.n[0]) out[i] = x[i] + y[i];
}

// out = c·x
KERNEL(k_scale) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  FOR_EACH(i, a.n[0]) out[i] = a.c[0] * x[i];
}

// out = x·y
KERNEL(k_mul) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *y = a.at(2);
  FOR_EACH(i, a.n[0]) out[i] = x[i] * y[i];
}

// out = s·x for a scalar s
KERNEL(k_scale_by) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *s = a.at(2);
  FOR_EACH(i, a.n[0]) out[i] = s[0] * x[i];
}

// out = c
KERNEL(k_fill) {
  if (a.sleeps()) return;
  float* out = a.at(0);
  FOR_EACH(i, a.n[0]) out[i] = a.c[0];
}

// out = x
KERNEL(k_copy) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  FOR_EACH(i, a.n[0]) out[i] = x[i];
}

// out = g where y > 0, 0 elsewhere
KERNEL(k_relu_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *y = a.at(1), *g = a.at(2);
  FOR_EACH(i, a.n[0]) out[i] = y[i] > 0.f ? g[i] : 0.f;
}

// out = f(x + sigma·noise); no noise: null
KERNEL(k_activate) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *noise = a.at(2);
  FOR_EACH(i, a.n[0]) {
    float v = x[i];
    if (noise) v += a.c[0] * noise[i];
    out[i] = bend(a.size(1), a.c[1], v);
  }
}

// out = g·f′ by f's output y
KERNEL(k_activate_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *y = a.at(1), *g = a.at(2);
  FOR_EACH(i, a.n[0]) out[i] = slope_times(a.size(1), a.c[1], y[i], g[i]);
}

// every row of out (n, cols) is x (1, cols)
KERNEL(k_row_broadcast) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = x[i % cols];
}

// every column of out (n, cols) is x (n, 1)
KERNEL(k_col_broadcast) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = x[i / cols];
}

// out = x·s, s (n, 1) for every column
KERNEL(k_row_scale) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *s = a.at(2);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = s[i / cols] * x[i];
}

// out = x·s, s (1, cols) for every row
KERNEL(k_col_scale) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *s = a.at(2);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = x[i] * s[i % cols];
}

// out = x·s + y·t, s and t (1, cols) for every row
KERNEL(k_col_combine) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *s = a.at(2), *y = a.at(3), *t = a.at(4);
  unsigned cols = a.size(1);
  FOR_EACH(i, a.n[0]) out[i] = x[i] * s[i % cols] + y[i] * t[i % cols];
}

// n: rows·cols of the block, its cols, the width of the matrix, the block's first
// element there. k_cut copies the block from op 1 to op 0, k_put back.
KERNEL(k_cut) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  unsigned cols = a.size(1), width = a.size(2), first = a.size(3);
  FOR_EACH(i, a.n[0]) out[i] = x[first + i / cols * width + i % cols];
}

KERNEL(k_put) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  unsigned cols = a.size(1), width = a.size(2), first = a.size(3);
  FOR_EACH(i, a.n[0]) out[first + i / cols * width + i % cols] = x[i];
}

// the flag (one word) becomes 1 where x holds what is not finite
KERNEL(k_not_finite) {
  if (a.sleeps()) return;
  int* flag = (int*)a.at(0); const float* x = a.at(1);
  FOR_EACH(i, a.n[0]) if (!finite(x[i])) *flag = 1; // all who write write the same
}
