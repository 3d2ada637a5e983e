// Change: what is told of the readers of one topic. A value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace worker::presence {

/// What the readers of a topic have to be told; or the other workers.
struct Change {
  std::string topic;
  /// Subjects, and streams without one.
  std::size_t count = 0;
  /// The names told so far are void; `joined` are all, or none where there are too many.
  bool reset = false;
  /// The names are told: what follows are differences to these.
  bool named = false;
  std::vector<std::string> joined{}, left{};
  /// To the other workers: a reader got names that may be others than those told, so all are to be told anew.
  bool anew = false;

  bool operator==(const Change&) const = default;
};

}  // namespace worker::presence
