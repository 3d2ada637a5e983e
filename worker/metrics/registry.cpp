#include "metrics/registry.hpp"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>

namespace worker::metrics {
namespace {

template <class Metric>
void append_samples(std::string& out, const std::string& name, const std::map<std::string, Metric>& samples) {
  for (const auto& [labels, metric] : samples) {
    const auto braced = labels.empty() ? std::string() : "{" + labels + "}";
    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braced, metric.value());
  }
}

}  // namespace

Registry::Family& Registry::family(const std::string& name, Kind kind, std::string_view help) {
  auto& found = families_.try_emplace(name, Family{kind, std::string(help), {}, {}}).first->second;
  if (found.kind != kind) throw std::logic_error(name + " is registered as another kind of metric");
  return found;
}

Counter& Registry::counter(const std::string& name, std::string_view help, const std::string& labels) {
  return family(name, Kind::counter, help).counters[labels];
}

Gauge& Registry::gauge(const std::string& name, std::string_view help, const std::string& labels) {
  return family(name, Kind::gauge, help).gauges[labels];
}

std::string Registry::text() const {
  std::string out;
  for (const auto& [name, family] : families_) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name,
                   family.kind == Kind::counter ? "counter" : "gauge");
    append_samples(out, name, family.counters);
    append_samples(out, name, family.gauges);
  }
  return out;
}

}  // namespace worker::metrics
