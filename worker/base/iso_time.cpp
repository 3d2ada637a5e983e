#include "base/iso_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace worker::base {

std::string iso_time(WallTime time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()),
                     (since_epoch - seconds).count());
}

}  // namespace worker::base
