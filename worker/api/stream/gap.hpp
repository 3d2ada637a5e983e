// Gap: what a client receives in place of events that it missed and that cannot be delivered.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "log/read.hpp"

namespace worker::api {

struct Gap {
  log::GapReason reason;
  /// The client's cursor.
  std::string cursor;
  /// The cursor after which its events continue.
  std::string resumed_from;

  /// `{"reason":…,"lastEventId":…,"resumedFrom":…}`
  nlohmann::ordered_json json() const;
  /// `event: gap` with that as data. Its id is `resumedFrom`, so that a client that leaves right after it has
  /// a valid cursor.
  std::string frame() const;
};

}  // namespace worker::api
