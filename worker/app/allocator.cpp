#include "app/allocator.hpp"

#include <cstddef>

// jemalloc's own settings stay as they are. A shorter decay (dirty_decay_ms:2000) costs 5 to 10 % of the
// worker's time for each event, and a thread of its own (background_thread) 8 % of the single publishes a
// second.
//
// Missing where the process has another allocator.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* value, std::size_t size)
    __attribute__((weak));

namespace worker::app {

void release_freed_memory() {
  constexpr const char* all_arenas = "arena.4096.decay";  // 4096 is MALLCTL_ARENAS_ALL
  if (mallctl != nullptr) mallctl(all_arenas, nullptr, nullptr, nullptr, 0);
}

}  // namespace worker::app
