#include "store/pending_append.hpp"

#include <utility>

namespace worker::store {
namespace {

// Bytes of the closure that answers, with its link to the exchange, and of the entries in the queues.
constexpr std::size_t append_bytes = 320;
// Bytes that an entry, or a command to Redis, takes beside the texts of its draft.
constexpr std::size_t draft_bytes = sizeof(log::Draft) + 192;
constexpr std::size_t topic_bytes = sizeof(std::string) + 24;

}  // namespace

std::size_t pending_bytes(const std::vector<log::Draft>& drafts) {
  std::size_t bytes = append_bytes;
  for (const auto& draft : drafts) {
    const auto& event = draft.event;
    bytes += draft_bytes + event.data.size() + event.id.size() + event.type.size() + draft.key.size();
    for (const auto& topic : draft.topics) bytes += topic_bytes + topic.size();
  }
  return bytes;
}

std::size_t pending_bytes(const std::vector<Kept>& results) {
  std::size_t bytes = append_bytes;
  for (const auto& result : results) bytes += sizeof(Kept) + (result ? result.value().size() : 0);
  return bytes;
}

void PendingAppend::refuse(Rejection why) {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) results.emplace_back(base::failure(why));
  done(std::move(results));
}

bool PendingBytes::take(std::size_t bytes, std::size_t max) {
  if (bytes_ > 0 && (bytes > max || bytes_ > max - bytes)) {
    ++refused_;
    return false;
  }
  bytes_ += bytes;
  return true;
}

}  // namespace worker::store
