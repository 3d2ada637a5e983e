#include "base/run_threads.hpp"

#include <exception>
#include <mutex>
#include <thread>

namespace worker::base {

void run_threads(const std::vector<std::function<void()>>& runs, const std::function<void()>& stop_all) {
  std::mutex mutex;
  std::exception_ptr first;
  const auto guarded = [&](const std::function<void()>& run) {
    try {
      run();
    } catch (...) {
      {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
      stop_all();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < runs.size(); ++i) {
      threads.emplace_back([&guarded, &run = runs[i]] { guarded(run); });
    }
    if (!runs.empty()) guarded(runs.front());
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace worker::base
