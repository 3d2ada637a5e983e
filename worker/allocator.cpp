#include "allocator.hpp"

#include <cstddef>

// What jemalloc reads when the process starts: memory is given back after two seconds instead of ten. A thread
// of jemalloc's own (background_thread) would do that for an idle process, too, but costs 8 % of the single
// publishes a second.
extern "C" const char* const malloc_conf = "dirty_decay_ms:2000";

// Missing where the process has another allocator.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* value, std::size_t size)
    __attribute__((weak));

namespace worker {

void give_back_freed_memory() {
  constexpr const char* all_arenas = "arena.4096.decay";  // 4096 is MALLCTL_ARENAS_ALL
  if (mallctl != nullptr) mallctl(all_arenas, nullptr, nullptr, nullptr, 0);
}

}  // namespace worker
