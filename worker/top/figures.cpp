#include "top/figures.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace worker::top {
namespace {

using Json = nlohmann::json;

double number(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return 0;
  const auto value = found->get<double>();
  return std::isfinite(value) ? value : 0;
}

std::optional<Quantiles> quantiles(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return std::nullopt;
  return Quantiles{number(*found, "p50"), number(*found, "p99")};
}

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  constexpr std::size_t bytes_max = 100;
  return found != object.end() && found->is_string() ? base::printable(found->get<std::string>(), bytes_max)
                                                     : std::string();
}

std::array<double, age_names.size()> ages(const Json& all) {
  constexpr std::array<const char*, age_names.size()> keys = {"under_1m", "under_10m", "under_1h", "under_1d",
                                                              "over_1d"};
  std::array<double, keys.size()> ages{};
  const auto found = all.find("streams_by_age");
  if (found == all.end() || !found->is_object()) return ages;
  for (std::size_t i = 0; i < keys.size(); ++i) ages[i] = number(*found, keys[i]);
  return ages;
}

std::vector<TopicRate> busiest(const Json& all) {
  std::vector<TopicRate> topics;
  const auto found = all.find("busiest_topics");
  if (found == all.end() || !found->is_array()) return topics;
  for (const auto& each : *found) {
    if (topics.size() == Figures::topics_max) break;
    if (each.is_object()) topics.push_back({text(each, "topic"), number(each, "events_per_second")});
  }
  return topics;
}

}  // namespace

std::optional<Figures> figures_of(const std::string& json) {
  const auto all = Json::parse(json, nullptr, false);
  if (!all.is_object() || !all.contains("streams")) return std::nullopt;
  Figures figures{.time = text(all, "time"),
                  .streams = number(all, "streams"),
                  .streams_max = number(all, "streams_max"),
                  .addresses = number(all, "stream_source_addresses"),
                  .stalled_closes = number(all, "stalled_closes_total"),
                  .gaps = number(all, "gaps_total"),
                  .rejected = number(all, "rejected_events_total"),
                  .limits = number(all, "limit_reached_total"),
                  .history_events = number(all, "history_events"),
                  .history_bytes = number(all, "history_bytes"),
                  .memory_bytes = number(all, "memory_bytes"),
                  .outbox_bytes = number(all, "outbox_bytes"),
                  .outboxes = number(all, "outbox_connections"),
                  .unread_bytes = number(all, "unread_bytes"),
                  .ages = ages(all),
                  .busiest = busiest(all)};
  if (all.contains("delivered_events_per_second"))
    figures.rates = Rates{.published = number(all, "published_events_per_second"),
                          .delivered = number(all, "delivered_events_per_second"),
                          .delivered_bytes = number(all, "delivered_bytes_per_second"),
                          .cpu_cores = number(all, "cpu_cores"),
                          .publish = quantiles(all, "publish_seconds"),
                          .delivery = quantiles(all, "delivery_seconds"),
                          .loop_lag = quantiles(all, "loop_lag_seconds")};
  return figures;
}

std::string store_health(const std::string& json) {
  const auto all = Json::parse(json, nullptr, false);
  if (!all.is_object() || !all.contains("store") || !all["store"].is_object()) return "unknown";
  const auto& store = all["store"];
  const auto status = text(store, "status");
  const auto reason = text(store, "reason");
  if (status.empty()) return "unknown";
  return reason.empty() ? status : status + ": " + reason;
}

}  // namespace worker::top
