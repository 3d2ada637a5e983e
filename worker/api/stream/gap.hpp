// Gap: what a reader is told when events it missed cannot be given to it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "log/read.hpp"

namespace worker::api {

struct Gap {
  log::GapReason reason;
  /// The cursor that was no good.
  std::string cursor;
  /// The place after which the reader goes on.
  std::string resumed_from;

  /// `{"reason":…,"lastEventId":…,"resumedFrom":…}`
  nlohmann::ordered_json json() const;
  /// `event: gap` with that as data; its id is `resumedFrom`, so that a reader who leaves right after it has
  /// a good cursor.
  std::string frame() const;
};

}  // namespace worker::api
