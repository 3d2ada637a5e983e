#include "metrics/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace worker::metrics {
namespace {

template <class Metric>
void append_samples(std::string& out, const std::string& name, const std::map<std::string, Metric>& samples,
                    double scale = 1) {
  for (const auto& [labels, metric] : samples) {
    const auto braced = labels.empty() ? std::string() : "{" + labels + "}";
    const auto value = scale == 1 ? fmt::format("{}", metric.value())
                                  : fmt::format("{:.15g}", static_cast<double>(metric.value()) * scale);
    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braced, value);
  }
}

// As the exposition format wants the value of a label.
std::string escaped(std::string_view label) {
  std::string text;
  for (const char each : label) {
    if (each == '\n') {
      text += "\\n";
      continue;
    }
    if (each == '\\' || each == '"') text += '\\';
    text += each;
  }
  return text;
}

}  // namespace

Histogram::Histogram(std::vector<std::uint64_t> bounds, double scale)
    : bounds_(std::move(bounds)), scale_(scale), buckets_(bounds_.size() + 1) {}

void Histogram::observe(std::uint64_t value, std::uint64_t times) noexcept {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].add(times);
  sum_.add(value * times);
}

void Histogram::append_to(std::string& out, const std::string& name) const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    count += buckets_[i].value();
    const auto bound = i < bounds_.size() ? fmt::format("{:g}", static_cast<double>(bounds_[i]) * scale_)
                                          : std::string("+Inf");
    fmt::format_to(std::back_inserter(out), "{}_bucket{{le=\"{}\"}} {}\n", name, bound, count);
  }
  fmt::format_to(std::back_inserter(out), "{}_sum {:.15g}\n{}_count {}\n", name,
                 static_cast<double>(sum_.value()) * scale_, name, count);
}

HistogramSnapshot Histogram::snapshot() const {
  HistogramSnapshot snapshot{bounds_, {}, sum_.value()};
  for (const auto& bucket : buckets_) snapshot.counts.push_back(bucket.value());
  return snapshot;
}

std::string_view Registry::type_of(Kind kind) {
  constexpr std::array<std::string_view, 3> types = {"counter", "gauge", "histogram"};
  return types[static_cast<std::size_t>(kind)];
}

Registry::Family& Registry::family(const std::string& name, Kind kind, std::string_view help) {
  auto& found =
      families_.try_emplace(name, Family{kind, std::string(help), 1, {}, {}, {}, {}, {}}).first->second;
  if (found.kind != kind) throw std::logic_error(name + " is registered as another kind of metric");
  return found;
}

Counter& Registry::counter(const std::string& name, std::string_view help, const std::string& labels) {
  return family(name, Kind::counter, help).counters[labels];
}

Gauge& Registry::gauge(const std::string& name, std::string_view help, const std::string& labels,
                       double scale) {
  auto& found = family(name, Kind::gauge, help);
  found.scale = scale;
  return found.gauges[labels];
}

Histogram& Registry::histogram(const std::string& name, std::string_view help,
                               std::vector<std::uint64_t> bounds, double scale) {
  auto& found = family(name, Kind::histogram, help).histogram;
  if (!found) found = std::make_unique<Histogram>(std::move(bounds), scale);
  return *found;
}

void Registry::gauges(const std::string& name, std::string_view help, std::string label_name,
                      std::function<std::vector<LabelledValue>()> read) {
  auto& found = family(name, Kind::gauge, help);
  found.label_name = std::move(label_name);
  found.read = std::move(read);
}

std::string Registry::text() const {
  for (const auto& refresh : refreshers_) refresh();
  std::string out;
  for (const auto& [name, family] : families_) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name,
                   type_of(family.kind));
    append_samples(out, name, family.counters);
    append_samples(out, name, family.gauges, family.scale);
    if (family.read) {
      for (const auto& [label, value] : family.read()) {
        fmt::format_to(std::back_inserter(out), "{}{{{}=\"{}\"}} {:.6g}\n", name, family.label_name,
                       escaped(label), value);
      }
    }
    if (family.histogram) family.histogram->append_to(out, name);
  }
  return out;
}

}  // namespace worker::metrics
