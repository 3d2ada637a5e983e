#include "report.hpp"

#include <optional>

namespace sse::bench {
namespace {

using Json = nlohmann::ordered_json;

Json milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Json span(const std::optional<Instant>& from, const std::optional<Instant>& to) {
  return from && to ? Json(seconds_of(*to - *from)) : Json();
}

Json per_second(std::uint64_t count, const std::optional<Instant>& from, const std::optional<Instant>& to) {
  if (!from || !to || *to <= *from) return {};
  return static_cast<double>(count) / seconds_of(*to - *from);
}

Json cpu_seconds(const std::optional<ProcessUse>& from, const std::optional<ProcessUse>& to,
                 std::chrono::milliseconds ProcessUse::*part) {
  return from && to ? Json(seconds_of((*to).*part - (*from).*part)) : Json();
}

Json exact_cpu_seconds(const std::optional<ProcessUse>& from, const std::optional<ProcessUse>& to) {
  return from && to ? Json(seconds_of(to->cpu - from->cpu)) : Json();
}

Json rss(const std::optional<ProcessUse>& use) { return use ? Json(use->rss_kib) : Json(); }

}  // namespace

Json report_histogram(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"min", milliseconds(histogram.min())},
          {"mean", milliseconds(histogram.mean())},
          {"p50", milliseconds(histogram.quantile(0.50))},
          {"p90", milliseconds(histogram.quantile(0.90))},
          {"p99", milliseconds(histogram.quantile(0.99))},
          {"max", milliseconds(histogram.max())}};
}

Json report_streams(const Tally& tally, std::uint64_t asked) {
  Json out;
  out["asked"] = asked;
  out["started"] = tally.started;
  out["opened"] = tally.first_event.count();
  out["open_at_once"] = tally.live_most;
  // From the first connect to the last first event: the time in which the server really opened them.
  out["opening_seconds"] = span(tally.first_start, tally.last_first_event);
  out["opened_per_second"] = per_second(tally.first_event.count(), tally.first_start, tally.last_first_event);
  // On the steady clock, so that whoever started this run can tell how long it took from a moment of its own.
  if (tally.last_first_event) {
    const std::chrono::nanoseconds at = tally.last_first_event->time_since_epoch();
    out["last_opened_at_ns"] = at.count();
  }
  out["events"] = tally.events;
  out["bytes"] = tally.bytes;
  out["ended_with_close"] = tally.ended_with_close;
  out["ended_without_close"] = tally.ended_without_close;
  out["still_waiting"] = tally.opening;
  out["still_open"] = tally.live;
  out["errors"] = tally.errors;
  return out;
}

Json report_http2(const Http2Pool& pool) {
  return {{"streams_per_connection", pool.streams_per_connection()}, {"connects", pool.connects()}};
}

Json report_probes(const Probes& probes) {
  return {{"asked", probes.asked()},
          {"answered", probes.answered()},
          {"streams_open_least", probes.live_least()},
          {"errors", probes.tally().errors},
          {"first_event_ms", report_histogram(probes.tally().first_event)}};
}

Json report_publishing(const Publishing& publishing) {
  const PublishFigures& figures = publishing.figures();
  return {
      {"connections", publishing.plan().connections},
      {"batch", publishing.plan().batch},
      {"data_bytes", publishing.plan().data_size},
      {"sent", figures.sent},
      {"acknowledged", figures.acknowledged},
      {"seconds", span(figures.first_sent, figures.last_answer)},
      {"acknowledged_per_second", per_second(figures.acknowledged, figures.first_sent, figures.last_answer)},
      {"answers_per_second", per_second(figures.answer.count(), figures.first_sent, figures.last_answer)},
      {"errors", figures.errors},
      {"answer_ms", report_histogram(figures.answer)}};
}

Json report_deliveries(const Deliveries& deliveries, const DeliveryContext& context) {
  return {{"expected", context.expected},
          {"delivered", deliveries.fresh},
          {"lost", context.lost},
          {"repeated", deliveries.repeated},
          {"reordered", deliveries.reordered},
          {"gaps_told", deliveries.gaps_told},
          {"foreign", deliveries.foreign},
          {"reconnects", context.reconnects},
          {"seconds", span(context.publishing_since, deliveries.last)},
          {"per_second", per_second(deliveries.fresh, context.publishing_since, deliveries.last)},
          {"caught_up_seconds", span(context.brought_back_at, deliveries.last)},
          {"latency_ms", report_histogram(deliveries.latency)}};
}

Json report_silent_peers(const SilentPeers& peers) {
  const SilentPeers::Figures& figures = peers.figures();
  return {{"asked", peers.asked()},
          {"held", figures.held},
          {"held_most", figures.held_most},
          {"opened", figures.opened},
          {"closed_by_server", figures.closed_by_server},
          {"refused", figures.refused}};
}

Json report_processes(const ProcessWatch& processes) {
  Json out = Json::object();
  for (const auto& [name, uses] : processes.uses()) {
    const auto& [before, open, end] = uses;
    out[name] = {{"rss_before_kib", rss(before)},
                 {"rss_open_kib", rss(open)},
                 {"rss_end_kib", rss(end)},
                 {"cpu_opening_seconds", exact_cpu_seconds(before, open)},
                 {"cpu_open_seconds", exact_cpu_seconds(open, end)},
                 {"cpu_user_opening_seconds", cpu_seconds(before, open, &ProcessUse::cpu_user)},
                 {"cpu_system_opening_seconds", cpu_seconds(before, open, &ProcessUse::cpu_system)},
                 {"cpu_user_open_seconds", cpu_seconds(open, end, &ProcessUse::cpu_user)},
                 {"cpu_system_open_seconds", cpu_seconds(open, end, &ProcessUse::cpu_system)},
                 {"cpu_user_seconds", cpu_seconds(before, end, &ProcessUse::cpu_user)},
                 {"cpu_system_seconds", cpu_seconds(before, end, &ProcessUse::cpu_system)}};
  }
  return out;
}

}  // namespace sse::bench
