#include "column_sums.h"
#include "op.h"
#include "parallel.h"
#include "vector_math.h"

/** A residual branch with layer scale, each way one pass through memory. */
namespace granary {
namespace {

/** y may be x's or branch's memory. */
GRANARY_CLONES void scale_add(const float* x, const float* branch, const float* __restrict scale, float* y, int64_t rows,
                              int64_t columns) {
  for (int64_t row = 0; row < rows; row++, x += columns, branch += columns, y += columns) {
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) y[c] = x[c] + branch[c] * scale[c];
  }
}

GRANARY_CLONES void scale_and_sum(const float* dy, const float* __restrict scale, float* scaled, float* __restrict sums,
                                  int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row++, dy += columns, scaled += columns) {
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) {
      sums[c] += dy[c];
      scaled[c] = dy[c] * scale[c];
    }
  }
}

/** x + scale·branch */
struct ScaleAdd {
  static Op op() { return {"GranaryScaleAdd", {"x", "branch", "scale"}, {{"y", kInput1}}, {}}; }
  explicit ScaleAdd(const Node&) {}
  void compute(const Call& call) const {
    const Values y = call.output_in_place(0, 1);
    const Values x = call.input(0), branch = call.input(1), scale = call.input(2);
    const int64_t rows = branch.of_rank(2, "branch").dim(0), columns = branch.dim(1);
    x.of_size(branch.size(), "x");
    scale.of_size(columns, "scale");
    const Blocks blocks = blocks_of(rows, columns);
    for_each_block(blocks, [&](int64_t, int64_t from, int64_t count) {
      const int64_t at = from * columns;
      scale_add(x.data() + at, branch.data() + at, scale.data(), y.data() + at, count, columns);
    });
  }
};

/** scale·dy, and dy summed over the rows. */
struct ScaleSum {
  static Op op() { return {"GranaryScaleSum", {"dy", "scale"}, {{"scaled", kInput0}, {"sums", kInput1}}, {}}; }
  explicit ScaleSum(const Node&) {}
  void compute(const Call& call) const {
    const Values scaled = call.output_in_place(0, 0);
    const Values dy = call.input(0), scale = call.input(1);
    const int64_t rows = dy.of_rank(2, "dy").dim(0), columns = dy.dim(1);
    scale.of_size(columns, "scale");
    const Values total = call.output(1, scale.shape());
    const Blocks blocks = blocks_of(rows, columns);
    ColumnSums sums(blocks.count, columns);
    for_each_block(blocks, [&](int64_t block, int64_t from, int64_t count) {
      const int64_t at = from * columns;
      scale_and_sum(dy.data() + at, scale.data(), scaled.data() + at, sums.block(block), count, columns);
    });
    sums.total(total.data());
  }
};

const bool done = registered<ScaleAdd>() && registered<ScaleSum>();

}  // namespace
}  // namespace granary
