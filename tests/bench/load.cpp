#include "load.hpp"

#include <unistd.h>

#include <algorithm>

#include "report.hpp"

namespace sse::bench {
namespace {

constexpr auto silent_grace = std::chrono::seconds(3);

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      processes_(options.watched),
      silent_(poller_, options.silent_path, options.silent),
      fleet_(poller_, options.fleet, parse_target(options.url), SourceAddresses(options.source_addresses)),
      probes_(poller_, fleet_.tally(), options.probes, parse_target(options.url),
              SourceAddresses(options.source_addresses)) {}

void Load::run() {
  processes_.read(ProcessWatch::Moment::before);
  open_silent_peers();
  const Instant start = Clock::now();
  const Instant deadline = start + options_.duration;
  bool was_settled = false;
  for (Instant now = start; now < deadline; now = Clock::now()) {
    Instant next = std::min(silent_.tick(now), fleet_.tick(now));
    if (fleet_.settled()) {
      if (!was_settled) processes_.read(ProcessWatch::Moment::open);
      was_settled = true;
      next = std::min(next, probes_.tick(now));
    }
    if (over()) break;
    poller_.wait(std::min(next, deadline));
  }
  took_ = Clock::now() - start;
  processes_.read(ProcessWatch::Moment::end);
}

void Load::open_silent_peers() {
  const Instant deadline = Clock::now() + silent_grace;
  for (Instant now = Clock::now(); !silent_.all_held() && now < deadline; now = Clock::now()) {
    const Instant next = silent_.tick(now);
    if (!silent_.all_held()) poller_.wait(std::min(next, deadline));
  }
}

bool Load::over() const noexcept {
  if (options_.until == Until::hold || !fleet_.settled() || !probes_.done()) return false;
  return options_.until == Until::first || fleet_.all_ended();
}

nlohmann::ordered_json Load::report() const {
  nlohmann::ordered_json out;
  out["url"] = options_.url;
  out["seconds"] = seconds_of(took_);
  out["streams"] = report_streams(fleet_.tally(), options_.fleet.streams);
  out["first_event_ms"] = report_histogram(fleet_.tally().first_event);
  if (options_.probes.count > 0) out["probes"] = report_probes(probes_);
  if (options_.silent > 0) out["silent_peers"] = report_silent_peers(silent_);
  out["processes"] = report_processes(processes_);
  if (const auto self = read_process_use(getpid())) {
    out["client_cpu_seconds"] = seconds_of(self->cpu_user + self->cpu_system);
  }
  return out;
}

}  // namespace sse::bench
