// What an operator can set about access from pages of other origins. Plain values; config/ reads them,
// defaults are the shipped ones.
#pragma once

#include <functional>
#include <set>
#include <string>

namespace worker::api {

struct AccessSettings {
  /// As a browser sends them: `https://app.example.com`, `http://localhost:3000`. None: no page of another
  /// origin can read an answer.
  std::set<std::string, std::less<>> origins;
  /// Pages of every origin. `origins` is empty then.
  bool any_origin = false;

  bool operator==(const AccessSettings&) const = default;
};

}  // namespace worker::api
