#include "load.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "report.hpp"
#include "topics.hpp"

namespace sse::bench {
namespace {

constexpr auto silent_grace = std::chrono::seconds(3);
// When everybody has everything: what comes now came twice.
constexpr auto linger_time = std::chrono::milliseconds(200);

// Each once.
std::vector<std::string> published_topics(const Options& options) {
  const std::uint64_t numbers = options.fleet.numbers == 0 ? options.fleet.streams : options.fleet.numbers;
  const auto& names = options.publish_topics.empty() ? options.fleet.topics : options.publish_topics;
  auto topics = all_numbered(names, numbers);
  std::ranges::sort(topics);
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  const bool publishes = options.publish.count > 0 || options.publish.time.count() > 0;
  if (publishes && topics.empty())
    throw std::invalid_argument("--publish-...: needs a topic to publish under");
  return topics;
}

Ledger make_ledger(const Options& options) {
  const auto topics = published_topics(options);
  return {topics, Publishing::connections_per_topic(options.publish, topics.size())};
}

Target stream_target(const Options& options) {
  return parse_target(options.url, options.http2 ? "h2" : std::string());
}

std::optional<Http2Pool> http2_pool(Poller& poller, const Options& options) {
  return options.http2 ? std::optional<Http2Pool>(std::in_place, poller, options.streams_per_connection)
                       : std::nullopt;
}

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      processes_(options.watched),
      silent_(poller_, options.silent_path, options.silent),
      ledger_(make_ledger(options)),
      http2_(http2_pool(poller_, options)),
      fleet_(poller_, options.fleet, stream_target(options), SourceAddresses(options.source_addresses),
             http2_ ? &*http2_ : nullptr),
      probes_(poller_, fleet_.tally(), options.probes,
              {.topics = numbered(options.fleet.topics, 0),
               .protocol = options.fleet.protocol,
               .topics_as = options.fleet.topics_as,
               .http2 = http2_ ? &*http2_ : nullptr},
              stream_target(options), SourceAddresses(options.source_addresses)),
      publishing_(poller_, options.publish, parse_target(options.publish_url), ledger_,
                  fleet_.tally().deliveries) {
  fleet_.enter_into(ledger_);
}

void Load::run() {
  processes_.read(ProcessWatch::Moment::before);
  machine_before_ = read_machine_use();
  open_silent_peers();
  const Instant start = Clock::now();
  const Instant deadline = start + options_.duration;
  bool was_settled = false;
  for (Instant now = start; now < deadline; now = Clock::now()) {
    Instant next = std::min(silent_.tick(now), fleet_.tick(now));
    if (fleet_.settled() && !was_settled) {
      publishing_.prepare(now);
      was_settled = publishing_.ready(now);
      if (was_settled) processes_.read(ProcessWatch::Moment::open);
      next = std::min(next, publishing_.ready_at());
    }
    if (was_settled) next = std::min({next, probes_.tick(now), publishing_.tick(now)});
    if (options_.fleet.leave_after > 0 && was_settled && publishing_.finished() && fleet_.all_ended() &&
        !fleet_.brought_back_at()) {
      fleet_.bring_back();
      continue;
    }
    if (over()) break;
    poller_.wait(std::min(next, deadline));
  }
  took_ = Clock::now() - start;
  processes_.read(ProcessWatch::Moment::end);
  machine_end_ = read_machine_use();
  if (options_.until == Until::delivered) linger();
}

void Load::open_silent_peers() {
  const Instant deadline = Clock::now() + silent_grace;
  for (Instant now = Clock::now(); !silent_.all_held() && now < deadline; now = Clock::now()) {
    const Instant next = silent_.tick(now);
    if (!silent_.all_held()) poller_.wait(std::min(next, deadline));
  }
}

void Load::linger() {
  for (const Instant end = Clock::now() + linger_time; Clock::now() < end;) poller_.wait(end);
}

bool Load::over() const noexcept {
  if (options_.until == Until::hold || !fleet_.settled() || !probes_.done()) return false;
  if (options_.until == Until::first) return true;
  return options_.until == Until::end ? fleet_.all_ended() : all_delivered();
}

bool Load::all_delivered() const noexcept {
  return publishing_.finished() && (options_.fleet.leave_after == 0 || fleet_.brought_back_at()) &&
         fleet_.tally().deliveries.fresh >= ledger_.expected();
}

nlohmann::ordered_json Load::report() const {
  nlohmann::ordered_json out;
  out["url"] = options_.url;
  out["seconds"] = seconds_of(took_);
  out["streams"] = report_streams(fleet_.tally(), options_.fleet.streams);
  if (http2_) out["http2"] = report_http2(*http2_);
  out["first_event_ms"] = report_histogram(fleet_.tally().first_event);
  if (options_.probes.count > 0) out["probes"] = report_probes(probes_);
  if (publishing_.wanted()) out["publish"] = report_publishing(publishing_);
  if (publishing_.wanted()) out["deliveries"] = report_deliveries();
  if (options_.silent > 0) out["silent_peers"] = report_silent_peers(silent_);
  out["processes"] = report_processes(processes_);
  if (const auto self = read_process_use(getpid())) {
    out["client_cpu_seconds"] = seconds_of(self->cpu_user + self->cpu_system);
    out["cpu_share_of_others"] = share_of_others(self->cpu_user + self->cpu_system);
  }
  return out;
}

// Of all processors' time during the run, what neither the watched processes nor this one took: noise.
double Load::share_of_others(std::chrono::milliseconds own) const {
  for (const auto& [name, uses] : processes_.uses()) {
    const auto& [before, open, end] = uses;
    if (before && end) own += end->cpu_user + end->cpu_system - before->cpu_user - before->cpu_system;
  }
  const double others = seconds_of(machine_end_.processes - machine_before_.processes - own);
  return std::max(others, 0.0) / std::max(seconds_of(machine_end_.all - machine_before_.all), 0.01);
}

nlohmann::ordered_json Load::report_deliveries() const {
  DeliveryContext context;
  context.expected = ledger_.expected();
  context.lost = fleet_.lost(ledger_);
  context.reconnects = fleet_.reconnects();
  context.publishing_since = publishing_.figures().first_sent;
  context.brought_back_at = fleet_.brought_back_at();
  return sse::bench::report_deliveries(fleet_.tally().deliveries, context);
}

}  // namespace sse::bench
