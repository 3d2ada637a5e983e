#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "client/frames.hpp"
#include "probe/judge.hpp"
#include "probe/servers.hpp"

namespace worker::probe {
namespace {

struct Beats {
  std::optional<std::chrono::seconds> interval;  // that the worker has promised
  int count = 0;                                 // behind the first one
  std::chrono::nanoseconds longest{0};           // without any
};

Beats beats_of(const IdleSeen& seen, const std::vector<client::Frame>& frames) {
  Beats beats;
  auto last = seen.stream.head_at.value_or(seen.stream.begun);
  for (const auto& frame : frames) {
    beats.longest = std::max<std::chrono::nanoseconds>(beats.longest, frame.at - last);
    last = frame.at;
    if (frame.type != "heartbeat") continue;
    if (beats.interval) ++beats.count;
    const auto json = nlohmann::json::parse(frame.data, nullptr, false);
    constexpr double most = 86'400;
    if (!beats.interval && json.is_object() && json.contains("intervalSeconds") &&
        json["intervalSeconds"].is_number())
      beats.interval = std::chrono::seconds(
          static_cast<long>(std::clamp(json["intervalSeconds"].get<double>(), 1.0, most)));
  }
  beats.longest = std::max<std::chrono::nanoseconds>(beats.longest, seen.until - last);
  return beats;
}

void judge_silence(const IdleSeen& seen, const std::vector<client::Frame>& frames, Rows& rows) {
  const auto& stream = seen.stream;
  const auto open = seen.until - *stream.head_at;
  if (!stream.ending)
    return rows.ok(Check::idle, fmt::format("a stream without events was open for {}", time_text(open)),
                   milliseconds(open));
  const bool said_so = !frames.empty() && (frames.back().has_retry || frames.back().type == "close" ||
                                           frames.back().type == "expired");
  if (said_so && stream.ending->kind == client::Ending::Kind::complete)
    return rows.wrong(
        Check::idle,
        fmt::format("the worker ended it after {}, on purpose: the last thing that it said is when to "
                    "come back",
                    time_text(open)),
        {{"/etc/sse-worker/sse-worker.yaml",
          "streams: {lifetime_seconds: …}    # unless the worker was restarted"}},
        milliseconds(open));
  const bool is_clean = stream.ending->kind == client::Ending::Kind::complete;
  auto changes = changes_for(Problem::cut, stream);
  changes.push_back({"/etc/sse-worker/sse-worker.yaml",
                     "streams: {heartbeat_seconds: …}    # below the limit of a proxy "
                     "that you cannot change"});
  rows.wrong(Check::idle,
             fmt::format("{} after {}, not by the probe and not by the worker: {} has a limit for silence",
                         is_clean ? "ended" : "cut", time_text(open), names_of(servers_of(stream))),
             std::move(changes), milliseconds(open));
}

void judge_heartbeats(const IdleSeen& seen, const std::vector<client::Frame>& frames, Rows& rows) {
  const auto beats = beats_of(seen, frames);
  const auto open = seen.until - *seen.stream.head_at;
  if (!beats.interval) {
    if (seen.stream.pieces.empty())
      return rows.wrong(Check::heartbeats, fmt::format("not a byte came for {}", time_text(open)),
                        changes_for(Problem::held, seen.stream));
    return rows.unchecked(Check::heartbeats, "the stream does not say how often they come");
  }
  const auto every = fmt::format("every {} s", beats.interval->count());
  constexpr std::chrono::seconds tolerance{2};
  if (beats.longest > *beats.interval + tolerance)
    return rows.wrong(Check::heartbeats,
                      fmt::format("they are due {}, and nothing came for {}: {} holds them back", every,
                                  time_text(beats.longest), names_of(servers_of(seen.stream))),
                      changes_for(Problem::held, seen.stream), milliseconds(beats.longest));
  if (open < *beats.interval)
    return rows.unchecked(Check::heartbeats,
                          fmt::format("they are due {}; the stream was open for less", every));
  rows.ok(Check::heartbeats, fmt::format("{}, as they are due {}", beats.count, every),
          milliseconds(beats.longest));
}

}  // namespace

void judge_idle(const Observations& seen, Rows& rows) {
  if (!seen.idle) {
    const auto* const reason = is_stream(seen.main) ? "give --idle SECONDS" : "there is no stream";
    for (const auto check : {Check::idle, Check::heartbeats}) rows.unchecked(check, reason);
    return;
  }
  if (!is_stream(seen.idle->stream)) {
    for (const auto check : {Check::idle, Check::heartbeats})
      rows.unchecked(
          check, fmt::format("status {} for the stream of the probe's topic; give --topic TOPIC, one that "
                             "may be read",
                             seen.idle->stream.status));
    return;
  }
  const auto frames = client::frames_of(seen.idle->stream);
  judge_silence(*seen.idle, frames, rows);
  judge_heartbeats(*seen.idle, frames, rows);
}

}  // namespace worker::probe
