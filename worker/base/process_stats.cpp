#include "base/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace worker::base {
namespace {

std::chrono::microseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

ProcessStats process_stats() {
  ProcessStats stats;
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  // Not there without /proc, nor where descriptors have run out.
  if (std::ifstream("/proc/self/statm") >> all_pages >> resident_pages) {
    stats.resident_bytes = resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    stats.cpu_time = time_of(usage.ru_utime) + time_of(usage.ru_stime);
  }
  return stats;
}

}  // namespace worker::base
