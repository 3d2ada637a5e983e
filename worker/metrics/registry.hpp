// Registry: every figure the worker tells, by name, and their text in the Prometheus exposition format 0.0.4.
// Owned by main and outlives every room. Metrics are registered at start-up, on one thread, and live as long
// as the registry; after that they may be changed and rendered from every thread. Registering a name twice
// with the same labels gives the same metric; with another kind it throws std::logic_error, which is a bug.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram_snapshot.hpp"

namespace worker::metrics {

/// Only grows. Relaxed: figures are read by people, never used to decide.
class Counter {
 public:
  void add(std::uint64_t by = 1) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// Goes up and down.
class Gauge {
 public:
  void add(std::int64_t by = 1) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  /// To `to`, unless it is higher already.
  void raise(std::int64_t to) noexcept {
    auto at = value();
    while (at < to && !value_.compare_exchange_weak(at, to, std::memory_order_relaxed)) {
    }
  }
  void set(std::int64_t to) noexcept { value_.store(to, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

/// How values are spread over fixed buckets.
class Histogram {
 public:
  /// `bounds`: upper bounds, ascending; values over the last fall into +Inf. `scale` is what an observed
  /// whole number is multiplied by for the text, e.g. 1e-6 for microseconds told as seconds.
  Histogram(std::vector<std::uint64_t> bounds, double scale);

  /// `times`: as if it was called so often.
  void observe(std::uint64_t value, std::uint64_t times = 1) noexcept;
  void append_to(std::string& out, const std::string& name) const;
  /// What was observed so far, in the whole numbers it was observed in.
  HistogramSnapshot snapshot() const;

 private:
  const std::vector<std::uint64_t> bounds_;
  const double scale_;
  std::vector<Counter> buckets_;  // one per bound, and one for +Inf; not cumulative
  Counter sum_;
};

/// A gauge of a family whose labels come and go.
struct LabelledValue {
  std::string label;  // any text
  double value = 0;
};

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// `labels` as they stand between the braces, e.g. `reason="deadline"`; empty for none.
  Counter& counter(const std::string& name, std::string_view help, const std::string& labels = {});
  /// `scale`: as for a Histogram.
  Gauge& gauge(const std::string& name, std::string_view help, const std::string& labels = {},
               double scale = 1);

  Histogram& histogram(const std::string& name, std::string_view help, std::vector<std::uint64_t> bounds,
                       double scale = 1);
  /// A family of gauges with one label, `label_name`, which are read for each text(), on the thread that
  /// asks. `read` bounds how many there are, and has each label once.
  void gauges(const std::string& name, std::string_view help, std::string label_name,
              std::function<std::vector<LabelledValue>()> read);
  /// `refresh` is called before each text(), on the thread that asks, to set gauges that are read from
  /// somewhere.
  void on_render(std::function<void()> refresh) { refreshers_.push_back(std::move(refresh)); }

  /// Families in the order of their names.
  std::string text() const;

 private:
  enum class Kind { counter, gauge, histogram };
  struct Family {
    Kind kind;
    std::string help;
    double scale = 1;  // of its gauges
    std::map<std::string, Counter> counters;
    std::map<std::string, Gauge> gauges;
    std::unique_ptr<Histogram> histogram;
    std::string label_name;
    std::function<std::vector<LabelledValue>()> read;  // empty where the labels stay
  };

  static std::string_view type_of(Kind kind);
  Family& family(const std::string& name, Kind kind, std::string_view help);

  std::map<std::string, Family> families_;
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace worker::metrics
