// ProcessWatch: memory and CPU time of other processes at the moments of a run, from /proc. Processes of the
// same name are added up (nginx has several). A process that cannot be read makes its group unknown at that
// moment, never zero.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sse::bench {

struct ProcessUse {
  std::uint64_t rss_kib = 0;
  /// All threads, to the nanosecond.
  std::chrono::nanoseconds cpu{0};
  /// The same by kind; the kernel counts these in hundredths of a second.
  std::chrono::milliseconds cpu_user{0};
  std::chrono::milliseconds cpu_system{0};
};

/// Nothing when there is no such process.
std::optional<ProcessUse> read_process_use(pid_t pid);

/// CPU time since the machine started, over all processors: what processes took, and what there was.
struct MachineUse {
  std::chrono::milliseconds processes{0};
  std::chrono::milliseconds all{0};
};
MachineUse read_machine_use();

class ProcessWatch {
 public:
  /// before: nothing is open; open: all streams are; end: the run is over.
  enum class Moment : std::size_t { before, open, end };
  using Uses = std::array<std::optional<ProcessUse>, 3>;

  /// `NAME=PID`. Throws std::invalid_argument.
  explicit ProcessWatch(const std::vector<std::string>& name_and_pid);

  /// Reads them all now.
  void read(Moment moment);

  /// By name, then by moment.
  const std::map<std::string, Uses>& uses() const noexcept { return uses_; }

 private:
  std::multimap<std::string, pid_t> pids_;
  std::map<std::string, Uses> uses_;
};

}  // namespace sse::bench
