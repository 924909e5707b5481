// Adam (Kingma and Ba 2015) with ε at the root of the uncorrected v
// (experiments.md §1.0).
#include "common.cuh"

// op: w, m, v, g, settings (rate, 1−β1, 1−β2, ε)
KERNEL(k_adam) {
  if (a.sleeps()) return;
  float *w = a.at(0), *m = a.at(1), *v = a.at(2); const float *g = a.at(3), *s = a.at(4);
  float rate = s[0], b1 = s[1], b2 = s[2], eps = s[3];
  FOR_EACH(i, a.n[0]) {
    float gi = g[i], mi = m[i] + b1 * (gi - m[i]), vi = v[i] + b2 * (gi * gi - v[i]);
    m[i] = mi;
    v[i] = vi;
    w[i] -= (rate * mi) / (sqrtf(vi) + eps);
  }
}

__device__ inline double power(double x, long long n) {
  double p = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) p *= x;
    x *= x;
  }
  return p;
}

// AdamOf is one trial's optimizer; package cuda writes the same layout.
struct AdamOf {
  double rate, beta1, beta2, eps;
  long long steps; // taken
};

// k_adam_step counts a step and writes k_adam's settings: op AdamOf, settings.
KERNEL(k_adam_step) {
  if (a.sleeps() || threadIdx.x > 0) return;
  AdamOf* o = (AdamOf*)a.at(0); float* s = a.at(1);
  long long t = ++o->steps;
  s[0] = (float)(o->rate * sqrt(1 - power(o->beta2, t)) / (1 - power(o->beta1, t)));
  s[1] = (float)(1 - o->beta1);
  s[2] = (float)(1 - o->beta2);
  s[3] = (float)o->eps;
}

// k_adam_reset forgets the steps taken.
KERNEL(k_adam_reset) {
  if (a.sleeps() || threadIdx.x > 0) return;
  ((AdamOf*)a.at(0))->steps = 0;
}

// average moves towards x by a part: average + (float)(part·(x − average)). op:
// average, x, part (one double for each trial); n: elements
KERNEL(k_average) {
  if (a.sleeps()) return;
  float* average = a.at(0); const float* x = a.at(1);
  double part = *(const double*)a.at(2);
  FOR_EACH(i, a.n[0]) average[i] += (float)(part * (double)(x[i] - average[i]));
}
