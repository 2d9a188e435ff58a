#include "parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

namespace granary {
namespace {

/** One call of parallel_for. It lives on the caller's stack until no helper holds it. */
struct Job {
  int64_t blocks;
  const std::function<void(int64_t)>& work;
  std::atomic<int64_t> next{0};
  int helpers = 0;  // Guarded by the team's mutex.

  void run() {
    for (int64_t block; (block = next.fetch_add(1, std::memory_order_relaxed)) < blocks;) work(block);
  }
  bool taken() const { return next.load(std::memory_order_relaxed) >= blocks; }
};

int thread_count() {
  if (const char* given = std::getenv("TF_NUM_INTRAOP_THREADS"))
    if (const int count = std::atoi(given); count > 0) return count;
#ifdef __linux__
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

class Team {
 public:
  Team() {
    for (int i = 1, count = thread_count(); i < count; i++) {
      try {
        std::thread([this] { help(); }).detach();
      } catch (const std::system_error&) {
        break;  // No more threads to be had: those that are there do it.
      }
    }
  }

  void run(Job& job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back(&job);
    }
    called_.notify_all();
    job.run();
    std::unique_lock<std::mutex> lock(mutex_);
    jobs_.remove(&job);
    left_.wait(lock, [&] { return job.helpers == 0; });
  }

 private:
  void help() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      const auto found = std::find_if(jobs_.begin(), jobs_.end(), [](Job* job) { return !job->taken(); });
      if (found == jobs_.end()) {
        called_.wait(lock);
        continue;
      }
      Job& job = **found;
      job.helpers++;
      lock.unlock();
      job.run();
      lock.lock();
      if (--job.helpers == 0) left_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable called_, left_;
  std::list<Job*> jobs_;
};

}  // namespace

void parallel_for(int64_t blocks, const std::function<void(int64_t)>& work) {
  if (blocks <= 1) {
    if (blocks == 1) work(0);
    return;
  }
  // Never destroyed: helpers may still wait on it while the process ends.
  static Team& team = *new Team;
  Job job{blocks, work};
  team.run(job);
}

Blocks blocks_of(int64_t rows, int64_t columns) {
  constexpr int64_t kMost = 64, kFewestValues = 16 * 1024;
  const int64_t fewest_rows = std::max<int64_t>(1, kFewestValues / std::max<int64_t>(1, columns));
  const int64_t each = std::max(fewest_rows, (rows + kMost - 1) / kMost);
  return {(rows + each - 1) / each, each, rows};
}

void for_each_block(const Blocks& blocks, const std::function<void(int64_t, int64_t, int64_t)>& work) {
  parallel_for(blocks.count, [&](int64_t block) {
    const int64_t from = block * blocks.rows_each;
    work(block, from, std::min(blocks.rows_each, blocks.rows - from));
  });
}

}  // namespace granary
