// Whether two events that have one publisher's id are one event: the same topics in any order, type, data,
// reconnection delay, key, and the same answer to whether it was the last. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

/// `frame` without its id and what follows; every event that is the same has the same text.
std::string content_of(const std::vector<std::string>& topics, std::string_view frame, std::string_view key,
                       bool closes);
/// Of one that has a publisher's id.
std::string content_of(const Entry& entry);
bool same_event(const Entry& one, const Entry& other);
/// Stands for the content once that is gone. Never 0. Who makes two events of one fingerprint loses the
/// second, and nobody else's.
std::uint64_t fingerprint_of(std::string_view content);

}  // namespace worker::log
