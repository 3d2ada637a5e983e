// Cursor: a place in the order of one life of the hub, as the text that readers carry: `<epoch>-<sequence>`.
// A value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "log/entry.hpp"

namespace worker::log {

struct Cursor {
  /// Names the life of the hub: letters and digits.
  std::string epoch;
  Sequence sequence = 0;

  /// None for text of another form, such as a publisher's own id.
  static std::optional<Cursor> parse(std::string_view text);
  std::string text() const;

  bool operator==(const Cursor&) const = default;
};

}  // namespace worker::log
