// What an operator can set about presence. Plain values; config/ reads them, defaults are the shipped ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace worker::presence {

struct Settings {
  /// Names and patterns of the topics whose readers are counted. Empty: presence is off.
  std::vector<std::string> topics{};
  /// A reader that comes back within this time has not left.
  std::chrono::milliseconds grace{5'000};
  /// A topic with more subjects than this tells their number and not their names.
  std::size_t names_max = 100;

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::presence
