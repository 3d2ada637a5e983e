// Cursor: an epoch, and a sequence counted from its beginning, as the text that readers send back:
// `<epoch>-<sequence>`. A value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "log/entry.hpp"

namespace worker::log {

struct Cursor {
  /// Letters and digits.
  std::string epoch;
  Sequence sequence = 0;

  /// None for text of another form, such as a publisher's id.
  static std::optional<Cursor> parse(std::string_view text);
  std::string text() const;

  bool operator==(const Cursor&) const = default;
};

}  // namespace worker::log
