#include "journal/journal.hpp"

namespace worker::journal {

std::string_view name_of(GapReason reason) {
  switch (reason) {
    case GapReason::unknown:
      return "unknown";
    case GapReason::evicted:
      return "evicted";
    case GapReason::restarted:
      break;
  }
  return "restarted";
}

std::size_t Entry::size_bytes() const {
  constexpr std::size_t bookkeeping =
      160;  // the entry, its control block, its place in the log and in one topic
  std::size_t size = bookkeeping + frame.size() + key.size() + 2 * alias.size();
  for (const auto& topic : topics) size += topic.size() + sizeof(std::string);
  return size;
}

}  // namespace worker::journal
