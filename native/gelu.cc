#include "column_sums.h"
#include "op.h"
#include "parallel.h"
#include "vector_math.h"

/** GELU by the normal distribution itself (not the tanh approximation), each way one pass through memory. */
namespace granary {
namespace {

GRANARY_CLONES void gelu(const float* __restrict x, float* __restrict y, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) y[i] = x[i] * normal_at(x[i]).below;
}

/** dx may be dy's memory. */
GRANARY_CLONES void slope(const float* dy, const float* __restrict x, float* dx, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) {
    const Normal normal = normal_at(x[i]);
    dx[i] = dy[i] * (normal.below + x[i] * normal.density);
  }
}

/** dx may be dy's memory, y may be x's. */
GRANARY_CLONES void value_and_slope(const float* dy, const float* x, float* dx, float* y, float* __restrict sums,
                                    int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row++, dy += columns, x += columns, dx += columns, y += columns) {
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) {
      const float at = x[c];
      const Normal normal = normal_at(at);
      const float d = dy[c] * (normal.below + at * normal.density);
      dx[c] = d;
      y[c] = at * normal.below;
      sums[c] += d;
    }
  }
}

struct Gelu {
  static Op op() { return {"GranaryGelu", {"x"}, {{"y", kInput0}}, {}}; }
  explicit Gelu(const Node&) {}
  void compute(const Call& call) const {
    const Values x = call.input(0);
    const Values y = call.output(0, x.shape());
    const Blocks blocks = blocks_of(x.size(), 1);
    for_each_block(blocks, [&](int64_t, int64_t from, int64_t count) {
      gelu(x.data() + from, y.data() + from, count);
    });
  }
};

struct GeluGrad {
  static Op op() { return {"GranaryGeluGrad", {"dy", "x"}, {{"dx", kInput0}}, {}}; }
  explicit GeluGrad(const Node&) {}
  void compute(const Call& call) const {
    const Values dx = call.output_in_place(0, 0);
    const Values dy = call.input(0), x = call.input(1);
    x.of_size(dy.size(), "x");
    const Blocks blocks = blocks_of(x.size(), 1);
    for_each_block(blocks, [&](int64_t, int64_t from, int64_t count) {
      slope(dy.data() + from, x.data() + from, dx.data() + from, count);
    });
  }
};

/** All that the gradient of a perceptron's hidden layer needs: dx, the activation once more, and dx summed over the rows. */
struct GeluBackward {
  static Op op() {
    return {"GranaryGeluBackward", {"dy", "x"}, {{"dx", kInput0}, {"y", kInput1}, {"sums", kUnknown}}, {}};
  }
  explicit GeluBackward(const Node&) {}
  void compute(const Call& call) const {
    const Values dx = call.output_in_place(0, 0), y = call.output_in_place(1, 1);
    const Values dy = call.input(0), x = call.input(1);
    const int64_t rows = x.of_rank(2, "x").dim(0), columns = x.dim(1);
    dy.of_size(x.size(), "dy");
    const Values total = call.output(2, {columns});
    const Blocks blocks = blocks_of(rows, columns);
    ColumnSums sums(blocks.count, columns);
    for_each_block(blocks, [&](int64_t block, int64_t from, int64_t count) {
      const int64_t at = from * columns;
      value_and_slope(dy.data() + at, x.data() + at, dx.data() + at, y.data() + at, sums.block(block), count, columns);
    });
    sums.total(total.data());
  }
};

const bool done = registered<Gelu>() && registered<GeluGrad>() && registered<GeluBackward>();

}  // namespace
}  // namespace granary
