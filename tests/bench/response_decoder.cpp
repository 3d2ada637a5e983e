#include "response_decoder.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

namespace sse::bench {
namespace {

constexpr std::size_t head_bytes_max = std::size_t{16} * 1024;
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view websocket_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr int status_upgraded = 101;
constexpr std::string_view head_end = "\r\n\r\n";

bool same_but_for_case(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void ResponseDecoder::feed(std::string_view bytes) {
  body_ = bytes;
  if (state_ != State::head) {
    chunks_.feed(state_ == State::chunked ? bytes : std::string_view{});
    return;
  }
  const std::size_t had = head_.size();
  head_.append(bytes.substr(0, head_bytes_max - had));
  const auto end = head_.find(head_end, had < head_end.size() ? 0 : had - head_end.size());
  if (end == std::string::npos) {
    body_ = {};
    if (head_.size() == head_bytes_max) state_ = State::failed;
    return;
  }
  body_.remove_prefix(end + head_end.size() - had);
  head_.resize(end + line_end.size());
  take_head();
  head_ = {};
  if (state_ == State::chunked) chunks_.feed(body_);
}

std::string_view ResponseDecoder::next() noexcept {
  switch (state_) {
    case State::chunked:
      return chunks_.next();
    case State::sized: {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, body_.size()));
      left_ -= size;
      if (left_ == 0) state_ = State::finished;
      return std::exchange(body_, {}).substr(0, size);
    }
    case State::until_close:
      return std::exchange(body_, {});
    case State::head:
    case State::finished:
    case State::failed:
      break;
  }
  return {};
}

void ResponseDecoder::take_head() {
  std::string_view rest = head_;
  const auto take_line = [&rest] {
    const auto end = rest.find(line_end);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + line_end.size());
    return line;
  };
  bool good = take_status_line(take_line());
  while (good && !rest.empty()) good = take_header(take_line());
  if (status_ == 204 || status_ == 304 || (framing_ == State::sized && left_ == 0))
    framing_ = State::finished;
  state_ = good ? framing_ : State::failed;
}

bool ResponseDecoder::take_status_line(std::string_view line) {
  // "HTTP/1.1 200 OK"; the reason may be missing
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
  return parse_number(line.substr(9, 3), status_) && (status_ >= 200 || status_ == status_upgraded);
}

bool ResponseDecoder::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  if (same_but_for_case(name, "transfer-encoding")) {
    if (!same_but_for_case(value, "chunked")) return false;
    framing_ = State::chunked;
  } else if (same_but_for_case(name, "content-length")) {
    if (!parse_number(value, left_)) return false;
    if (framing_ != State::chunked) framing_ = State::sized;
  } else if (same_but_for_case(name, "connection")) {
    keeps_connection_ = !same_but_for_case(value, "close");
  } else if (same_but_for_case(name, "sec-websocket-accept")) {
    is_websocket_ = value == websocket_accept;
  } else if (same_but_for_case(name, "content-type")) {
    is_event_stream_ = same_but_for_case(value.substr(0, value.find(';')), "text/event-stream");
  }
  return true;
}

}  // namespace sse::bench
