#include "process_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sse::bench {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::chrono::milliseconds from_ticks(std::int64_t ticks) {
  return std::chrono::milliseconds(ticks * 1000 / sysconf(_SC_CLK_TCK));
}

std::chrono::nanoseconds cpu_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::optional<ProcessUse> read_process_use(pid_t pid) {
  const std::string status = read_file(fmt::format("/proc/{}/status", pid));
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid));
  constexpr std::string_view rss_label = "VmRSS:";
  const auto rss = status.find(rss_label);
  const auto name_end = stat.rfind(')');  // the name may hold anything, so the fields count from behind it
  if (rss == std::string::npos || name_end == std::string::npos) return std::nullopt;
  ProcessUse use;
  std::istringstream(status.substr(rss + rss_label.size())) >> use.rss_kib;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;  // utime is field 14 (proc(5))
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  use.cpu = cpu_of(pid);
  use.cpu_user = from_ticks(user);
  use.cpu_system = from_ticks(system);
  return use;
}

MachineUse read_machine_use() {
  // The first line (proc(5)): cpu, then user, nice, system, idle, iowait, irq, softirq, steal; guests are in
  // user. Interrupts are nobody's.
  std::istringstream fields(read_file("/proc/stat"));
  std::string skipped;
  fields >> skipped;
  MachineUse use;
  std::int64_t ticks = 0;
  for (int field = 0; field < 8 && fields >> ticks; ++field) {
    if (field < 3) use.processes += from_ticks(ticks);
    use.all += from_ticks(ticks);
  }
  return use;
}

ProcessWatch::ProcessWatch(const std::vector<std::string>& name_and_pid) {
  for (const std::string& text : name_and_pid) {
    const auto equals = text.find('=');
    pid_t pid = 0;
    const char* const end = text.data() + text.size();
    if (equals != std::string::npos) std::from_chars(text.data() + equals + 1, end, pid);
    if (pid <= 0) throw std::invalid_argument(fmt::format("{}: give NAME=PID", text));
    pids_.emplace(text.substr(0, equals), pid);
  }
}

void ProcessWatch::read(Moment moment) {
  std::map<std::string, std::optional<ProcessUse>> sums;
  for (const auto& [name, pid] : pids_) {
    std::optional<ProcessUse>& sum = sums.try_emplace(name, ProcessUse{}).first->second;
    const auto use = read_process_use(pid);
    if (!use) sum.reset();
    if (!sum) continue;
    sum->rss_kib += use->rss_kib;
    sum->cpu += use->cpu;
    sum->cpu_user += use->cpu_user;
    sum->cpu_system += use->cpu_system;
  }
  for (const auto& [name, sum] : sums) uses_[name].at(static_cast<std::size_t>(moment)) = sum;
}

}  // namespace sse::bench
