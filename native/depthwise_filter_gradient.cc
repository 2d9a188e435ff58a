#include <algorithm>
#include <cstring>
#include <vector>

#include "op.h"
#include "parallel.h"
#include "vector_math.h"

/** The gradient of a depthwise convolution (stride 1) with respect to its filter. */
namespace granary {
namespace {

/** Channels that are worked on together: one cache line, and one register where there are wide ones. */
constexpr int64_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));

/** Copies the channels from `channel` on of an [h, w, c] picture into the middle of [height, width, kLanes], 0 around it. */
void pack(const float* picture, int64_t h, int64_t w, int64_t c, int64_t channel, int64_t top, int64_t left, int64_t height,
          int64_t width, float* packed) {
  const int64_t lanes = std::min(kLanes, c - channel);
  std::memset(packed, 0, height * width * kLanes * sizeof(float));
  for (int64_t y = 0; y < h; y++)
    for (int64_t x = 0; x < w; x++)
      std::memcpy(packed + ((y + top) * width + x + left) * kLanes, picture + (y * w + x) * c + channel,
                  lanes * sizeof(float));
}

/** sums[ky][kx] += Σ over the places of dy[oy][ox]·x[oy + ky][ox + kx], for `columns` ≤ 7 values of kx. */
template <int columns>
GRANARY_INLINE void products(const float* x, const float* dy, float* sums, int64_t kernel_rows, int64_t oh, int64_t ow,
                             int64_t width, int64_t sums_width) {
  for (int64_t ky = 0; ky < kernel_rows; ky++) {
    Lanes totals[columns] = {};
    for (int64_t oy = 0; oy < oh; oy++) {
      const float* along = x + (oy + ky) * width * kLanes;
      const float* d = dy + oy * ow * kLanes;
      for (int64_t ox = 0; ox < ow; ox++) {
        const Lanes value = *reinterpret_cast<const Lanes*>(d + ox * kLanes);
        for (int kx = 0; kx < columns; kx++)
          totals[kx] += value * *reinterpret_cast<const Lanes*>(along + (ox + kx) * kLanes);
      }
    }
    for (int kx = 0; kx < columns; kx++)
      std::memcpy(sums + (ky * sums_width + kx) * kLanes, &totals[kx], sizeof(Lanes));
  }
}

GRANARY_CLONES void correlate(const float* x, const float* dy, float* sums, int64_t kernel_rows, int64_t kernel_columns,
                              int64_t oh, int64_t ow, int64_t width) {
  int64_t kx = 0;
  for (; kx + 7 <= kernel_columns; kx += 7)
    products<7>(x + kx * kLanes, dy, sums + kx * kLanes, kernel_rows, oh, ow, width, kernel_columns);
  for (; kx < kernel_columns; kx++)
    products<1>(x + kx * kLanes, dy, sums + kx * kLanes, kernel_rows, oh, ow, width, kernel_columns);
}

/** x [n, h, w, c], dy [n, oh, ow, c] ↦ [rows, columns, c, 1]; `top` and `left` are the margins that the convolution added. */
struct DepthwiseFilterGrad {
  static Op op() {
    return {"GranaryDepthwiseFilterGrad",
            {"x", "dy"},
            {{"dfilter", kUnknown}},
            {"rows: int", "columns: int", "top: int", "left: int"}};
  }
  explicit DepthwiseFilterGrad(const Node& node)
      : rows(node.whole("rows")), columns(node.whole("columns")), top(node.whole("top")), left(node.whole("left")) {}

  void compute(const Call& call) const {
    const Values x = call.input(0), dy = call.input(1);
    x.of_rank(4, "x");
    dy.of_rank(4, "dy");
    const int64_t n = x.dim(0), h = x.dim(1), w = x.dim(2), c = x.dim(3), oh = dy.dim(1), ow = dy.dim(2);
    if (dy.dim(0) != n || dy.dim(3) != c) throw std::invalid_argument("x and dy differ in pictures or channels");
    const int64_t height = oh + rows - 1, width = ow + columns - 1;
    if (h + top > height || w + left > width) throw std::invalid_argument("dy is too small for x and the margins");
    const Values dfilter = call.output(0, {rows, columns, c, 1});
    const int64_t groups = (c + kLanes - 1) / kLanes, taps = rows * columns;
    // A picture's share of each group of channels, added up in the pictures' order.
    std::vector<float> shares(groups * n * taps * kLanes);
    parallel_for(groups * n, [&](int64_t block) {
      const int64_t group = block / n, picture = block % n, channel = group * kLanes;
      thread_local std::vector<float> wide, narrow;
      wide.resize(height * width * kLanes);
      narrow.resize(oh * ow * kLanes);
      pack(x.data() + picture * h * w * c, h, w, c, channel, top, left, height, width, wide.data());
      pack(dy.data() + picture * oh * ow * c, oh, ow, c, channel, 0, 0, oh, ow, narrow.data());
      correlate(wide.data(), narrow.data(), shares.data() + block * taps * kLanes, rows, columns, oh, ow, width);
    });
    for (int64_t group = 0; group < groups; group++)
      for (int64_t tap = 0; tap < taps; tap++)
        for (int64_t lane = 0; lane < std::min(kLanes, c - group * kLanes); lane++) {
          float sum = 0;
          for (int64_t picture = 0; picture < n; picture++)
            sum += shares[((group * n + picture) * taps + tap) * kLanes + lane];
          dfilter.data()[tap * c + group * kLanes + lane] = sum;
        }
  }
  int64_t rows, columns, top, left;
};

const bool done = registered<DepthwiseFilterGrad>();

}  // namespace
}  // namespace granary
