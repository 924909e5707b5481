// Convolutions as implicit products, and max-pooling. An image is a row, channel
// by channel (NCHW); w is (channels·size², filters).
#include "product.cuh"

// Shape is a convolution's; n from 0 on.
struct Shape {
  int images, channels, height, width, filters, size, pad, stride, out_height, out_width;
  __device__ explicit Shape(const Args& a)
      : images(a.size(0)), channels(a.size(1)), height(a.size(2)), width(a.size(3)), filters(a.size(4)), size(a.size(5)),
        pad(a.size(6)), stride(a.size(7)), out_height(a.size(8)), out_width(a.size(9)) {}
  __device__ int places() const { return out_height * out_width; }
  __device__ int fan_in() const { return channels * size * size; }
};

// Seen is what the filters see: place (of all images) and element of a filter.
struct Seen {
  Shape s;
  const float* x;
  __device__ float at(int place, int element) const {
    if (place >= s.images * s.places() || element >= s.fan_in()) return 0.f;
    int image = place / s.places(), p = place % s.places();
    int channel = element / (s.size * s.size), e = element % (s.size * s.size);
    int y = p / s.out_width * s.stride + e / s.size - s.pad, col = p % s.out_width * s.stride + e % s.size - s.pad;
    if (y < 0 || y >= s.height || col < 0 || col >= s.width) return 0.f;
    return x[((long long)(image * s.channels + channel) * s.height + y) * s.width + col];
  }
};

// Answer is a gradient or result by place (of all images) and filter.
struct Answer {
  Shape s;
  const float* g;
  __device__ float at(int place, int filter) const {
    if (place >= s.images * s.places() || filter >= s.filters) return 0.f;
    return g[((long long)(place / s.places()) * s.filters + filter) * s.places() + place % s.places()];
  }
};

struct SeenByPlace { // a row for each place
  Seen seen;
  __device__ float operator()(int i, int p) const { return seen.at(i, p); }
  __device__ bool along_lines() const { return true; }
};

struct Filters { // a column for each filter
  const float* w;
  int filters, fan_in;
  __device__ float operator()(int j, int p) const { return j < filters && p < fan_in ? w[(long long)p * filters + j] : 0.f; }
  __device__ bool along_lines() const { return true; }
};

struct PutAnswer {
  Shape s;
  float* out;
  const float* bias;
  __device__ void operator()(int place, int filter, float sum) const {
    if (place >= s.images * s.places() || filter >= s.filters) return;
    out[((long long)(place / s.places()) * s.filters + filter) * s.places() + place % s.places()] = bias ? sum + bias[filter] : sum;
  }
};

// op: out, x, w, and a bias by filter where there is one
KERNEL(k_conv) {
  if (a.sleeps()) return;
  Shape s(a);
  product(s.fan_in(), SeenByPlace{{s, a.at(1)}}, Filters{a.at(2), s.filters, s.fan_in()}, PutAnswer{s, a.at(0), a.at(3)});
}

// Reaching is the gradients that reach an element of an image, by filter, row and
// column of the filter.
struct Reaching {
  Shape s;
  const float* g;
  __device__ float operator()(int i, int p) const {
    int pixels = s.height * s.width, area = s.size * s.size;
    if (i >= s.images * pixels || p >= s.filters * area) return 0.f;
    int image = i / pixels, y = i % pixels / s.width + s.pad - p % area / s.size, x = i % s.width + s.pad - p % s.size;
    if (y < 0 || x < 0 || y % s.stride || x % s.stride) return 0.f;
    y /= s.stride;
    x /= s.stride;
    if (y >= s.out_height || x >= s.out_width) return 0.f;
    return g[((long long)(image * s.filters + p / area) * s.out_height + y) * s.out_width + x];
  }
  __device__ bool along_lines() const { return true; }
};

struct FiltersByChannel {
  Shape s;
  const float* w;
  __device__ float operator()(int channel, int p) const {
    int area = s.size * s.size;
    if (channel >= s.channels || p >= s.filters * area) return 0.f;
    return w[(long long)(channel * area + p % area) * s.filters + p / area];
  }
  __device__ bool along_lines() const { return false; }
};

struct PutImage {
  Shape s;
  float* out;
  const float* bias;
  __device__ void operator()(int i, int channel, float sum) const {
    int pixels = s.height * s.width;
    if (i >= s.images * pixels || channel >= s.channels) return;
    out[((long long)(i / pixels) * s.channels + channel) * pixels + i % pixels] = bias ? sum + bias[channel] : sum;
  }
};

// op: out, w, g, and a bias by channel where there is one
KERNEL(k_conv_grad_input) {
  if (a.sleeps()) return;
  Shape s(a);
  product(s.filters * s.size * s.size, Reaching{s, a.at(2)}, FiltersByChannel{s, a.at(1)}, PutImage{s, a.at(0), a.at(3)});
}

struct SeenByElement {
  Seen seen;
  int first, end; // of the places that this block adds up
  __device__ float operator()(int i, int p) const { return first + p < end ? seen.at(first + p, i) : 0.f; }
  __device__ bool along_lines() const { return false; }
};

struct AnswerByFilter {
  Answer answer;
  int first, end;
  __device__ float operator()(int j, int p) const { return first + p < end ? answer.at(first + p, j) : 0.f; }
  __device__ bool along_lines() const { return false; }
};

struct PutFilter {
  Shape s;
  float* out;
  __device__ void operator()(int element, int filter, float sum) const {
    if (element < s.fan_in() && filter < s.filters) out[(long long)element * s.filters + filter] = sum;
  }
};

// op: parts (slices of the places, fan_in·filters each), x, g; n[10]: places in a
// slice, n[11]: tiles by row. k_slices adds the slices up.
KERNEL(k_conv_grad_weight) {
  if (a.sleeps()) return;
  Shape s(a);
  int first = blockIdx.x / a.size(11) * a.size(10), end = min(first + a.size(10), s.images * s.places());
  float* part = a.at(0) + (long long)(blockIdx.x / a.size(11)) * s.fan_in() * s.filters;
  product_at(blockIdx.y * kTile, blockIdx.x % a.size(11) * kTile, end - first, SeenByElement{{s, a.at(1)}, first, end},
             AnswerByFilter{{s, a.at(2)}, first, end}, PutFilter{s, part});
}

// out = Σ over the slices of parts, in order; n: elements, slices
KERNEL(k_slices) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* parts = a.at(1);
  FOR_EACH(i, a.n[0]) {
    float s = 0.f;
    for (int p = 0; p < a.size(1); p++) s += parts[(long long)p * a.n[0] + i];
    out[i] = s;
  }
}

// A block for each filter: op out (1, filters), g
KERNEL(k_conv_grad_bias) {
  if (a.sleeps()) return;
  Shape s(a);
  float* out = a.at(0);
  Answer g{s, a.at(1)};
  float sum = 0.f;
  OVER_ALL(p, s.images * s.places()) sum += g.at(p, blockIdx.x);
  sum = block_sum(sum);
  if (threadIdx.x == 0) out[blockIdx.x] = sum;
}

// PoolShape: n: images, channels, height, width, size.
struct PoolShape {
  int images, channels, height, width, size, rows, cols;
  __device__ explicit PoolShape(const Args& a)
      : images(a.size(0)), channels(a.size(1)), height(a.size(2)), width(a.size(3)), size(a.size(4)),
        rows(height / size), cols(width / size) {}

  // largest is the place in x of a square's first largest element, or first NaN.
  __device__ int largest(const float* x, int plane, int row, int col) const {
    int first = (plane * height + row * size) * width + col * size, best = first;
    for (int y = 0; y < size; y++)
      for (int e = 0; e < size; e++) {
        int at = first + y * width + e;
        float v = x[at], b = x[best];
        if (v > b || (v != v && b == b)) best = at;
      }
    return best;
  }
};

KERNEL(k_max_pool) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float* x = a.at(1);
  PoolShape s(a);
  FOR_EACH(i, s.images * s.channels * s.rows * s.cols)
    out[i] = x[s.largest(x, i / (s.rows * s.cols), i / s.cols % s.rows, i % s.cols)];
}

// A thread for each element of the images: op out, x, g
KERNEL(k_max_pool_grad) {
  if (a.sleeps()) return;
  float* out = a.at(0); const float *x = a.at(1), *g = a.at(2);
  PoolShape s(a);
  FOR_EACH(i, s.images * s.channels * s.height * s.width) {
    int plane = i / (s.height * s.width), row = i / s.width % s.height / s.size, col = i % s.width / s.size;
    bool inside = row < s.rows && col < s.cols;
    out[i] = inside && s.largest(x, plane, row, col) == (int)i ? g[(plane * s.rows + row) * s.cols + col] : 0.f;
  }
}
