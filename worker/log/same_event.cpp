#include "log/same_event.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/sip_hash.hpp"

namespace worker::log {

namespace {

template <class Topics>
std::string joined(const Topics& topics, std::string_view frame, std::string_view key, bool closes,
                   bool is_private) {
  constexpr std::size_t usual_topics_bytes = 128;
  std::string content;
  content.reserve(frame.size() + key.size() + usual_topics_bytes);
  // No topic contains a NUL; a key may, so its length comes first.
  const auto add = [&](std::string_view topic) { content.append(topic).push_back('\0'); };
  if (topics.size() == 1) {
    add(topics.front());
  } else {
    const std::set<std::string_view> sorted(topics.begin(), topics.end());
    for (const auto topic : sorted) add(topic);
  }
  content.append(std::to_string(key.size())).push_back('\0');
  content.append(key).append(closes ? "closes" : "").append(is_private ? "private" : "").push_back('\0');
  return content.append(frame);
}

}  // namespace

std::string content_of(const std::vector<std::string>& topics, std::string_view frame, std::string_view key,
                       bool closes, bool is_private) {
  return joined(topics, frame, key, closes, is_private);
}

std::string content_of(const Entry& entry) {
  constexpr std::size_t around_id = 6;  // "id: ", and two line ends
  const auto frame = entry.frame();
  const auto end = std::min(frame.size(), entry.publisher_id().size() + around_id);
  return joined(entry.topics(), frame.substr(0, frame.size() - end), entry.key(), entry.closes(),
                entry.is_private());
}

bool same_event(const Entry& one, const Entry& other) { return content_of(one) == content_of(other); }

std::uint64_t fingerprint_of(std::string_view content) {
  return std::max<std::uint64_t>(base::sip_hash({}, content).first, 1);
}

}  // namespace worker::log
