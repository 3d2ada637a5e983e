// What an operator can set about the greeting and the statistics. Plain values; config/ reads
// them, defaults are the shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace worker::api {

struct GreetingSettings {
  std::string message = "Hello World";
  std::chrono::milliseconds interval{2'000};
  /// From the first greeting to the close.
  std::chrono::milliseconds duration{10'000};

  bool operator==(const GreetingSettings&) const = default;
};

struct StatsSettings {
  enum class Readers { loopback, anyone, nobody };

  /// Who may read the stream of the worker's own figures, by the address the web server tells.
  Readers readers = Readers::loopback;
  /// Between two events.
  std::chrono::milliseconds interval{1'000};
  /// Topics with the most events, which the metrics name. 0: none, and their events are not counted.
  std::size_t busiest_topics = 10;

  bool operator==(const StatsSettings&) const = default;
};

}  // namespace worker::api
