// Registry: every figure the worker tells, by name, and their text in the Prometheus exposition format 0.0.4.
// Owned by main and outlives every room. Metrics are registered at start-up, on one thread, and live as long
// as the registry; after that they may be changed and rendered from every thread. Registering a name twice
// with the same labels gives the same metric; with another kind it throws std::logic_error, which is a bug.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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
  void set(std::int64_t to) noexcept { value_.store(to, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// `labels` as they stand between the braces, e.g. `reason="deadline"`; empty for none.
  Counter& counter(const std::string& name, std::string_view help, const std::string& labels = {});
  Gauge& gauge(const std::string& name, std::string_view help, const std::string& labels = {});

  /// Families in the order of their names.
  std::string text() const;

 private:
  enum class Kind { counter, gauge };
  struct Family {
    Kind kind;
    std::string help;
    std::map<std::string, Counter> counters;
    std::map<std::string, Gauge> gauges;
  };

  Family& family(const std::string& name, Kind kind, std::string_view help);

  std::map<std::string, Family> families_;
};

}  // namespace worker::metrics
