#pragma once

#include <cstdint>
#include <vector>

namespace granary {

/** Sums of columns, gathered block by block and added up in the blocks' order, so that threads do not change the result. */
class ColumnSums {
 public:
  ColumnSums(int64_t blocks, int64_t columns) : columns_(columns), sums_(blocks * columns) {}

  /** A block's own sums, 0 at first. */
  float* block(int64_t index) { return sums_.data() + index * columns_; }

  void total(float* result) const {
    const int64_t blocks = columns_ == 0 ? 0 : static_cast<int64_t>(sums_.size()) / columns_;
    std::vector<double> totals(columns_);
    for (int64_t b = 0; b < blocks; b++)
      for (int64_t c = 0; c < columns_; c++) totals[c] += sums_[b * columns_ + c];
    for (int64_t c = 0; c < columns_; c++) result[c] = static_cast<float>(totals[c]);
  }

 private:
  int64_t columns_;
  std::vector<float> sums_;
};

}  // namespace granary
