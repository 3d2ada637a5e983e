#include "log/read.hpp"

namespace worker::log {

std::string_view name_of(GapReason reason) {
  switch (reason) {
    case GapReason::unknown:
      return "unknown";
    case GapReason::evicted:
      return "evicted";
    case GapReason::lost:
      return "lost";
    case GapReason::restarted:
      break;
  }
  return "restarted";
}

}  // namespace worker::log
