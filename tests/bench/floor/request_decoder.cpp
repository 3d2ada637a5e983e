#include "request_decoder.hpp"

#include <cstddef>
#include <cstdint>

#include "record.hpp"

namespace sse::floor {
namespace {

std::size_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes.at(at));
}

// A length of PARAMS: one byte, or four with the highest bit set.
std::size_t take_length(std::string_view& bytes) {
  std::size_t length = byte_at(bytes, 0);
  std::size_t size = 1;
  if (length > 127) {
    length = (length & 127) << 24 | byte_at(bytes, 1) << 16 | byte_at(bytes, 2) << 8 | byte_at(bytes, 3);
    size = 4;
  }
  bytes.remove_prefix(size);
  return length;
}

}  // namespace

bool RequestDecoder::feed(std::string_view bytes) {
  const bool was_held = !held_.empty();
  if (was_held) held_ += bytes;
  std::string_view rest = was_held ? held_ : bytes;
  bool whole = false;
  while (!whole && rest.size() >= header_bytes) {
    const std::size_t size = header_bytes + (byte_at(rest, 4) << 8 | byte_at(rest, 5)) + byte_at(rest, 6);
    if (rest.size() < size) break;
    whole = take(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  if (was_held) {
    held_.erase(0, held_.size() - rest.size());
  } else {
    held_ = rest;
  }
  return whole;
}

bool RequestDecoder::take(std::string_view record) {
  const auto type = static_cast<RecordType>(record[1]);
  const std::string_view content =
      record.substr(header_bytes, record.size() - header_bytes - byte_at(record, 6));
  if (type == RecordType::begin_request) request_.keep_connection = (byte_at(content, 2) & 1) != 0;
  if (type == RecordType::params) params_ += content;
  if (type == RecordType::in) request_.body += content;
  if (type != RecordType::in || !content.empty()) return false;
  take_params();
  return true;
}

void RequestDecoder::take_params() {
  for (std::string_view rest = params_; !rest.empty();) {
    const std::size_t name_size = take_length(rest);
    const std::size_t value_size = take_length(rest);
    const std::string_view name = rest.substr(0, name_size);
    if (name == "SCRIPT_NAME") request_.path = rest.substr(name_size, value_size);
    if (name == "QUERY_STRING") request_.query = rest.substr(name_size, value_size);
    rest.remove_prefix(name_size + value_size);
  }
}

void RequestDecoder::reset() {
  params_.clear();
  request_.path.clear();
  request_.query.clear();
  request_.body.clear();
}

}  // namespace sse::floor
