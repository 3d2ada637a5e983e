// Whether two events with the same publisher's id are the same event: equal topics in any order, type, data,
// reconnection delay and key, and both or none close their topics and are private. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

/// A text that is equal for the same event. `frame`: without the id and what follows it.
std::string content_of(const std::vector<std::string>& topics, std::string_view frame, std::string_view key,
                       bool closes, bool is_private);
/// Of an entry with a publisher's id.
std::string content_of(const Entry& entry);
bool same_event(const Entry& one, const Entry& other);
/// Stands for the content once the event is evicted. Never 0. A publisher who makes two events with one
/// fingerprint loses the second one, and no event of others.
std::uint64_t fingerprint_of(std::string_view content);

}  // namespace worker::log
