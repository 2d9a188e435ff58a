#pragma once

#include <cstdint>
#include <functional>

namespace granary {

/**
 * Calls work(0) … work(blocks - 1), each once, on this thread and on helpers that live as long as the process: as many threads as
 * processors that the process may use (TF_NUM_INTRAOP_THREADS overrides, as it does in TensorFlow). Returns when all are done.
 * Several threads may call it at once. `work` must not throw.
 */
void parallel_for(int64_t blocks, const std::function<void(int64_t)>& work);

/** How rows are cut into blocks. It depends on the shape alone: sums over blocks give the same bits on any number of threads. */
struct Blocks {
  int64_t count;
  int64_t rows_each;
  int64_t rows;
};

Blocks blocks_of(int64_t rows, int64_t columns);

/** parallel_for over blocks of rows: work(block, its first row, how many rows it has). */
void for_each_block(const Blocks& blocks, const std::function<void(int64_t, int64_t, int64_t)>& work);

}  // namespace granary
