#include "log/publisher_ids.hpp"

#include "log/same_event.hpp"

namespace worker::log {

PublisherIds::PublisherIds(std::size_t past_max) : past_(base::SipKey::random(), past_max) {}

std::optional<Sequence> PublisherIds::find_retained(const std::string& id) const {
  const auto found = retained_.find(id);
  return found == retained_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Sequence> PublisherIds::find(const std::string& id) const {
  if (const auto* past = past_.find(id)) return past->sequence;
  return find_retained(id);
}

void PublisherIds::add(const Entry& entry) {
  if (!entry.publisher_id().empty()) retained_.emplace(std::string(entry.publisher_id()), entry.sequence());
}

std::optional<PastId> PublisherIds::evict(const Entry& entry) {
  if (entry.publisher_id().empty()) return std::nullopt;
  retained_.erase(std::string(entry.publisher_id()));
  if (past_.max() == 0) return std::nullopt;
  const auto id = past_.named(entry.publisher_id(), entry.sequence(), fingerprint_of(content_of(entry)));
  past_.add(id);
  return id;
}

}  // namespace worker::log
