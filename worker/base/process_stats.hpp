// ProcessStats: memory and CPU time of the whole process. Usable from every thread.
#pragma once

#include <chrono>
#include <cstddef>

namespace worker::base {

struct ProcessStats {
  /// Memory in use that is not swapped out; 0 where the system does not tell.
  std::size_t resident_bytes = 0;
  /// CPU time since the start, of all threads, the system's part included.
  std::chrono::microseconds cpu_time{0};
};

/// A few system calls: for once a second, not for once an event.
ProcessStats process_stats();

}  // namespace worker::base
