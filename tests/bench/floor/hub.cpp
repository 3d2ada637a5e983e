#include "hub.hpp"

#include <algorithm>
#include <charconv>

#include "peer.hpp"

namespace sse::floor {
namespace {

// As long as the worker's, so that both send as many bytes.
constexpr std::string_view id_beginning = "0123456789abc-";

int digit_of(char byte) { return byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10; }

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '%' && at + 2 < text.size();
    out += escape ? static_cast<char>(digit_of(text[at + 1]) << 4 | digit_of(text[at + 2])) : text[at];
    if (escape) at += 2;
  }
  return out;
}

}  // namespace

Cohort& Hub::cohort(const std::string& query) {
  std::unique_ptr<Cohort>& cohort = cohorts_[query];
  if (cohort) return *cohort;
  cohort = std::make_unique<Cohort>();
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.starts_with("topic=")) topics_[unescaped(pair.substr(6))].push_back(cohort.get());
  }
  return *cohort;
}

std::string_view Hub::publish(std::string_view topic, std::string_view data) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), ++sequence_).ptr;
  id_.assign(id_beginning).append(std::begin(digits), end);
  topic_ = topic;
  const auto found = topics_.find(topic_);
  if (found == topics_.end()) return id_;
  frame_.assign("data: ").append(data).append("\nid: ").append(id_).append("\n\n");
  for (Cohort* const cohort : found->second) {
    if (cohort->peers.empty()) continue;
    if (cohort->pending.empty()) dirty_.push_back(cohort);
    cohort->pending.append(frame_);
  }
  return id_;
}

void Hub::flush() {
  for (Cohort* const cohort : dirty_) {
    for (Peer* const peer : cohort->peers) peer->send(cohort->pending.bytes());
    cohort->pending.clear();
  }
  dirty_.clear();
}

}  // namespace sse::floor
