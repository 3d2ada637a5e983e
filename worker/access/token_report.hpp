// TokenReport: what a token says, and what the worker makes of it, for a person at a terminal. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "access/key_set.hpp"
#include "access/settings.hpp"

namespace worker::access {

struct TokenReport {
  bool accepted = false;
  /// Lines of `name: text`. The last one says `accepted` or `refused: why`. No part of a key or of the
  /// signature.
  std::string text;
};

TokenReport report_token(std::string_view token, const KeySet& keys, const ClaimRules& rules,
                         std::chrono::sys_seconds now);

}  // namespace worker::access
