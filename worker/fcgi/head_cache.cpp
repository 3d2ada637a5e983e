#include "fcgi/head_cache.hpp"

#include <algorithm>
#include <functional>

#include "fcgi/pairs.hpp"

namespace worker::fcgi {
namespace {

constexpr std::size_t text_bytes_max = 4'096;
constexpr std::string_view length_name = "CONTENT_LENGTH";
constexpr std::string_view length_line_name = "HTTP_CONTENT_LENGTH";

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

std::optional<HeadCache::Head> HeadCache::split(std::string_view params) {
  if (params.size() > text_bytes_max) return std::nullopt;
  Head head;
  head.text.reserve(params.size());
  bool has_length = false;
  bool has_length_line = false;
  while (!params.empty()) {
    const auto before = params;
    const auto pair = take_pair(params);
    if (!pair) return std::nullopt;
    const bool is_length = pair->name == length_name;
    const bool is_length_line = pair->name == length_line_name;
    if ((is_length && has_length) || (is_length_line && has_length_line)) return std::nullopt;
    if (is_length) head.length = pair->value;
    if (is_length_line) head.length_line = pair->value;
    has_length |= is_length;
    has_length_line |= is_length_line;
    if (is_length || is_length_line) {
      append_pair(head.text, pair->name, {});
    } else {
      head.text += before.substr(0, before.size() - params.size());
    }
  }
  return head;
}

std::optional<http::Request> HeadCache::find(const Head& head) const {
  const auto hash = hash_of(head.text);
  for (const auto& entry : entries_) {
    if (entry.hash != hash || entry.text != head.text) continue;
    auto request = entry.request;
    request.content_length = head.length;
    const auto line = request.headers.find(std::string_view("content-length"));
    if (line != request.headers.end()) line->second = head.length_line;
    return request;
  }
  return std::nullopt;
}

void HeadCache::keep(const Head& head, const http::Request& request) {
  const auto hash = hash_of(head.text);
  if (std::ranges::find(seen_, hash) == seen_.end()) {
    seen_[next_seen_++ % seen_max] = hash;
    return;
  }
  entries_[next_++ % kept_max] = {hash, head.text, request};
}

}  // namespace worker::fcgi
