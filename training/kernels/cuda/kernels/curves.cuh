// Activations in float32, operation for operation package kernels' own
// (single.go): exp's reduction and polynomial are Cephes' (Moshier, expf);
// log1p's polynomial is a minimax fit of log(1+e)/e on [0, 1].
#pragma once
#include "common.cuh"

enum Curve { kLinear, kRectified, kSoftplus, kTanh, kElu };

__device__ inline float magnitude(float x) { return __uint_as_float(__float_as_uint(x) & 0x7fffffffu); }
__device__ inline float with_sign(float x, float y) {
  return __uint_as_float((__float_as_uint(x) & 0x7fffffffu) | (__float_as_uint(y) & 0x80000000u));
}

// exp_parts gives s = 2^k and q with e^x = s·(1+q) for x ≤ 0, e^−87 below −87.
__device__ inline float exp_parts(float x, float* q) {
  x = larger(x, -87.f);
  float k = floorf(x * 1.44269504088896341f + 0.5f);
  float r = x - k * 0.693359375f;
  r -= k * -2.12194440e-4f;
  float p = 1.9875691500e-4f * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  *q = p * (r * r) + r;
  if (k != k) return k;
  return __uint_as_float((unsigned)((int)k + 127) << 23);
}

__device__ inline float exp_negative(float x) {
  float q, s = exp_parts(x, &q);
  return s + s * q;
}

__device__ inline float one_minus_exp(float x) {
  float q, s = exp_parts(x, &q);
  return (1.f - s) - s * q;
}

__device__ inline float log1p_unit(float e) {
  float p = -0.0032440253999084234f * e + 0.01985146291553974f;
  p = p * e - 0.05695953592658043f;
  p = p * e + 0.10603655129671097f;
  p = p * e - 0.15305592119693756f;
  p = p * e + 0.1967593878507614f;
  p = p * e - 0.24954134225845337f;
  p = p * e + 0.3332996368408203f;
  p = p * e - 0.4999990165233612f;
  p = p * e + 1.f;
  return p * e;
}

__device__ inline float bend(int curve, float leak, float x) {
  switch (curve) {
  case kRectified:
    return leak == 0.f ? larger(x, 0.f) : x > 0.f ? x : leak * x;
  case kSoftplus:
    return larger(x, 0.f) + log1p_unit(exp_negative(-magnitude(x)));
  case kTanh: {
    float t = one_minus_exp(-2.f * magnitude(x));
    return with_sign(t / (2.f - t), x);
  }
  case kElu:
    return x > 0.f ? x : -one_minus_exp(x);
  }
  return x;
}

// slope_times is g·f′ by f's output y.
__device__ inline float slope_times(int curve, float leak, float y, float g) {
  switch (curve) {
  case kRectified:
    return y > 0.f ? g : leak == 0.f ? 0.f : leak * g;
  case kSoftplus:
    return g * one_minus_exp(-y);
  case kTanh:
    return g * (1.f - y * y);
  case kElu:
    return y > 0.f ? g : g * (y + 1.f);
  }
  return g;
}
