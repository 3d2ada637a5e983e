#include "log/publisher_ids.hpp"

#include "log/same_event.hpp"

namespace worker::log {

namespace {

constexpr char private_mark = '\1';

}  // namespace

PublisherIds::PublisherIds(std::size_t past_max) : past_(base::SipKey::random(), past_max) {}

std::optional<Sequence> PublisherIds::find_retained(const std::string& id) const {
  const auto found = retained_.find(id);
  return found == retained_.end() ? std::nullopt : std::optional(found->second);
}

// A publisher's id has no control characters; a cursor may have any.
std::string PublisherIds::past_name(std::string_view id, bool is_private) {
  std::string name(is_private ? 1 : 0, private_mark);
  return name.append(id);
}

std::optional<PastEvent> PublisherIds::find_past(const std::string& id) const {
  if (id.starts_with(private_mark)) return std::nullopt;
  for (const bool is_private : {false, true}) {
    const auto* past = past_.find(past_name(id, is_private));
    if (past != nullptr) return PastEvent{past->sequence, past->fingerprint, is_private};
  }
  return std::nullopt;
}

void PublisherIds::add(const Entry& entry) {
  if (!entry.publisher_id().empty()) retained_.emplace(std::string(entry.publisher_id()), entry.sequence());
}

std::optional<PastId> PublisherIds::evict(const Entry& entry) {
  if (entry.publisher_id().empty()) return std::nullopt;
  retained_.erase(std::string(entry.publisher_id()));
  if (past_.max() == 0) return std::nullopt;
  const auto id = past_.named(past_name(entry.publisher_id(), entry.is_private()), entry.sequence(),
                              fingerprint_of(content_of(entry)));
  past_.add(id);
  return id;
}

}  // namespace worker::log
