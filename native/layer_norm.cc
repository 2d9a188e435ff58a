#include <cmath>

#include "column_sums.h"
#include "op.h"
#include "parallel.h"
#include "vector_math.h"

/** Layer normalisation over the columns of a matrix, each way one pass through memory. */
namespace granary {
namespace {

GRANARY_CLONES void statistics_and_normalise(const float* __restrict x, const float* __restrict gamma,
                                             const float* __restrict beta, float* __restrict y, float* __restrict mean,
                                             float* __restrict inverse, int64_t rows, int64_t columns, float epsilon) {
  for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t c = 0; c < columns; c++) sum += x[c];
    const float m = sum / static_cast<float>(columns);
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t c = 0; c < columns; c++) squares += (x[c] - m) * (x[c] - m);
    const float scale = 1.0f / std::sqrt(squares / static_cast<float>(columns) + epsilon);
    mean[row] = m;
    inverse[row] = scale;
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) y[c] = (x[c] - m) * scale * gamma[c] + beta[c];
  }
}

GRANARY_CLONES void normalise(const float* __restrict x, const float* __restrict mean, const float* __restrict inverse,
                              const float* __restrict gamma, const float* __restrict beta, float* __restrict y, int64_t rows,
                              int64_t columns) {
  for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
    const float m = mean[row], scale = inverse[row];
#pragma omp simd
    for (int64_t c = 0; c < columns; c++) y[c] = (x[c] - m) * scale * gamma[c] + beta[c];
  }
}

/** dx may be dy's memory. */
GRANARY_CLONES void gradient(const float* dy, const float* __restrict x, const float* __restrict mean,
                             const float* __restrict inverse, const float* __restrict gamma, float* dx,
                             float* __restrict dgamma, float* __restrict dbeta, int64_t rows, int64_t columns) {
  const float share = 1.0f / static_cast<float>(columns);
  for (int64_t row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) {
    const float m = mean[row], scale = inverse[row];
    float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
    for (int64_t c = 0; c < columns; c++) {
      const float standardised = (x[c] - m) * scale;
      const float d = dy[c] * gamma[c];
      sum += d;
      along += d * standardised;
      dgamma[c] += dy[c] * standardised;
      dbeta[c] += dy[c];
    }
    sum *= share;
    along *= share;
#pragma omp simd
    for (int64_t c = 0; c < columns; c++)
      dx[c] = (dy[c] * gamma[c] - sum - (x[c] - m) * scale * along) * scale;
  }
}

struct LayerNorm {
  static Op op() {
    return {"GranaryLayerNorm",
            {"x", "gamma", "beta"},
            {{"y", kInput0}, {"mean", kRows}, {"inverse", kRows}},
            {"epsilon: float"}};
  }
  explicit LayerNorm(const Node& node) : epsilon(node.number("epsilon")) {}
  void compute(const Call& call) const {
    const Values x = call.input(0), gamma = call.input(1), beta = call.input(2);
    const int64_t rows = x.of_rank(2, "x").dim(0), columns = x.dim(1);
    gamma.of_size(columns, "gamma");
    beta.of_size(columns, "beta");
    const Values y = call.output(0, x.shape()), mean = call.output(1, {rows}), inverse = call.output(2, {rows});
    const Blocks blocks = blocks_of(rows, columns);
    for_each_block(blocks, [&](int64_t, int64_t from, int64_t count) {
      statistics_and_normalise(x.data() + from * columns, gamma.data(), beta.data(), y.data() + from * columns,
                               mean.data() + from, inverse.data() + from, count, columns, epsilon);
    });
  }
  float epsilon;
};

/** y once more, from what LayerNorm found: cheaper than to keep it. */
struct Normalise {
  static Op op() {
    return {"GranaryNormalise", {"x", "mean", "inverse", "gamma", "beta"}, {{"y", kInput0}}, {}};
  }
  explicit Normalise(const Node&) {}
  void compute(const Call& call) const {
    const Values x = call.input(0), mean = call.input(1), inverse = call.input(2), gamma = call.input(3),
                 beta = call.input(4);
    const int64_t rows = x.of_rank(2, "x").dim(0), columns = x.dim(1);
    mean.of_size(rows, "mean");
    inverse.of_size(rows, "inverse");
    gamma.of_size(columns, "gamma");
    beta.of_size(columns, "beta");
    const Values y = call.output(0, x.shape());
    const Blocks blocks = blocks_of(rows, columns);
    for_each_block(blocks, [&](int64_t, int64_t from, int64_t count) {
      normalise(x.data() + from * columns, mean.data() + from, inverse.data() + from, gamma.data(), beta.data(),
                y.data() + from * columns, count, columns);
    });
  }
};

struct LayerNormGrad {
  static Op op() {
    return {"GranaryLayerNormGrad",
            {"dy", "x", "mean", "inverse", "gamma"},
            {{"dx", kInput0}, {"dgamma", kInput4}, {"dbeta", kInput4}},
            {}};
  }
  explicit LayerNormGrad(const Node&) {}
  void compute(const Call& call) const {
    const Values dx = call.output_in_place(0, 0);
    const Values dy = call.input(0), x = call.input(1), mean = call.input(2), inverse = call.input(3),
                 gamma = call.input(4);
    const int64_t rows = x.of_rank(2, "x").dim(0), columns = x.dim(1);
    dy.of_size(x.size(), "dy");
    mean.of_size(rows, "mean");
    inverse.of_size(rows, "inverse");
    gamma.of_size(columns, "gamma");
    const Values dgamma = call.output(1, gamma.shape()), dbeta = call.output(2, gamma.shape());
    const Blocks blocks = blocks_of(rows, columns);
    ColumnSums along(blocks.count, columns), sums(blocks.count, columns);
    for_each_block(blocks, [&](int64_t block, int64_t from, int64_t count) {
      gradient(dy.data() + from * columns, x.data() + from * columns, mean.data() + from, inverse.data() + from,
               gamma.data(), dx.data() + from * columns, along.block(block), sums.block(block), count, columns);
    });
    along.total(dgamma.data());
    sums.total(dbeta.data());
  }
};

const bool done = registered<LayerNorm>() && registered<Normalise>() && registered<LayerNormGrad>();

}  // namespace
}  // namespace granary
