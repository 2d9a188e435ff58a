#include <algorithm>
#include <cstring>
#include <vector>

#include "op.h"
#include "parallel.h"
#include "vector_math.h"

/** The gradient of a depthwise convolution with respect to its filter. */
namespace granary {
namespace {

/** Channels that are worked on together: one cache line, and one register where there are wide ones. */
constexpr int64_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));

/**
 * Copies the channels from `channel` on of an [h, w, c] picture into [height, width, kLanes], `top` down and `left` across, 0 around
 * it; what would lie beyond is left out.
 */
void pack(const float* picture, int64_t h, int64_t w, int64_t c, int64_t channel, int64_t top, int64_t left, int64_t height,
          int64_t width, float* packed) {
  const int64_t lanes = std::min(kLanes, c - channel);
  std::memset(packed, 0, height * width * kLanes * sizeof(float));
  for (int64_t y = 0; y < std::min(h, height - top); y++)
    for (int64_t x = 0; x < std::min(w, width - left); x++)
      std::memcpy(packed + ((y + top) * width + x + left) * kLanes, picture + (y * w + x) * c + channel,
                  lanes * sizeof(float));
}

/** The sizes of one correlation: x is [.., width] places, dy [oh, ow], the filter [rows, columns]. */
struct Sizes {
  int64_t rows, columns, oh, ow, width, stride;
};

/** sums[ky][kx] = Σ over the places of dy[oy][ox]·x[oy·stride + ky][ox·stride + kx], for `count` columns from kx on. */
template <int count>
GRANARY_INLINE void products(const float* x, const float* dy, float* sums, const Sizes& s, int64_t kx) {
  for (int64_t ky = 0; ky < s.rows; ky++) {
    Lanes totals[count] = {};
    for (int64_t oy = 0; oy < s.oh; oy++) {
      const float* along = x + ((oy * s.stride + ky) * s.width + kx) * kLanes;
      const float* d = dy + oy * s.ow * kLanes;
      // Each row by itself: a sum of a whole picture's products one after the other would lose digits.
      Lanes row[count] = {};
      for (int64_t ox = 0; ox < s.ow; ox++, along += s.stride * kLanes) {
        const Lanes value = *reinterpret_cast<const Lanes*>(d + ox * kLanes);
        for (int i = 0; i < count; i++) row[i] += value * *reinterpret_cast<const Lanes*>(along + i * kLanes);
      }
      for (int i = 0; i < count; i++) totals[i] += row[i];
    }
    for (int i = 0; i < count; i++) std::memcpy(sums + (ky * s.columns + kx + i) * kLanes, &totals[i], sizeof(Lanes));
  }
}

GRANARY_CLONES void correlate(const float* x, const float* dy, float* sums, const Sizes& s) {
  int64_t kx = 0;
  for (; kx + 7 <= s.columns; kx += 7) products<7>(x, dy, sums, s, kx);
  for (; kx + 5 <= s.columns; kx += 5) products<5>(x, dy, sums, s, kx);
  for (; kx + 3 <= s.columns; kx += 3) products<3>(x, dy, sums, s, kx);
  for (; kx < s.columns; kx++) products<1>(x, dy, sums, s, kx);
}

/** x [n, h, w, c], dy [n, oh, ow, c] ↦ [rows, columns, c, 1]; `top` and `left` are the margins that the convolution added. */
struct DepthwiseFilterGrad {
  static Op op() {
    return {"GranaryDepthwiseFilterGrad",
            {"x", "dy"},
            {{"dfilter", kUnknown}},
            {"rows: int", "columns: int", "stride: int", "top: int", "left: int"}};
  }
  explicit DepthwiseFilterGrad(const Node& node)
      : rows(node.whole("rows")),
        columns(node.whole("columns")),
        stride(node.whole("stride")),
        top(node.whole("top")),
        left(node.whole("left")) {
    if (rows < 1 || columns < 1 || stride < 1 || top < 0 || left < 0)
      throw std::invalid_argument("rows, columns and stride are at least 1, top and left at least 0");
  }

  void compute(const Call& call) const {
    const Values x = call.input(0), dy = call.input(1);
    x.of_rank(4, "x");
    dy.of_rank(4, "dy");
    const int64_t n = x.dim(0), h = x.dim(1), w = x.dim(2), c = x.dim(3), oh = dy.dim(1), ow = dy.dim(2);
    if (dy.dim(0) != n || dy.dim(3) != c) throw std::invalid_argument("x and dy differ in pictures or channels");
    const int64_t height = (oh - 1) * stride + rows, width = (ow - 1) * stride + columns;
    if (top >= height || left >= width) throw std::invalid_argument("the margins are larger than what the filter saw");
    const Values dfilter = call.output(0, {rows, columns, c, 1});
    const int64_t groups = (c + kLanes - 1) / kLanes, taps = rows * columns;
    // A picture's share of each group of channels, added up in the pictures' order.
    std::vector<float> shares(groups * n * taps * kLanes);
    parallel_for(groups * n, [&](int64_t block) noexcept {
      const int64_t group = block / n, picture = block % n, channel = group * kLanes;
      thread_local std::vector<float> wide, narrow;
      wide.resize(height * width * kLanes);
      narrow.resize(oh * ow * kLanes);
      pack(x.data() + picture * h * w * c, h, w, c, channel, top, left, height, width, wide.data());
      pack(dy.data() + picture * oh * ow * c, oh, ow, c, channel, 0, 0, oh, ow, narrow.data());
      correlate(wide.data(), narrow.data(), shares.data() + block * taps * kLanes,
                {rows, columns, oh, ow, width, stride});
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
  int64_t rows, columns, stride, top, left;
};

const bool done = registered<DepthwiseFilterGrad>();

}  // namespace
}  // namespace granary
