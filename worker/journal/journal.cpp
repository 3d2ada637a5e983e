#include "journal/journal.hpp"

namespace worker::journal {

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

}  // namespace worker::journal
