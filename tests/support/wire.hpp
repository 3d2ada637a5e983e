// The bytes of FastCGI 1.0 as a web server writes them, built here from the specification and not with the
// worker's own functions, so that a mistake made there is not made twice.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace worker::support::wire {

inline constexpr unsigned begin_request = 1;
inline constexpr unsigned abort_request = 2;
inline constexpr unsigned end_request = 3;
inline constexpr unsigned params = 4;
inline constexpr unsigned standard_input = 5;
inline constexpr unsigned standard_output = 6;
inline constexpr unsigned get_values = 9;

inline std::string octets(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (const unsigned value : values) bytes.push_back(static_cast<char>(value & 0xffU));
  return bytes;
}

struct Odd {
  unsigned version = 1;
  unsigned padding = 0;
};

inline std::string record(unsigned type, unsigned id, std::string_view content = {}, Odd odd = {}) {
  const auto size = static_cast<unsigned>(content.size());
  return octets({odd.version, type, id >> 8U, id, size >> 8U, size, odd.padding, 0}).append(content) +
         std::string(odd.padding, 'P');
}

inline std::string begin(unsigned id, bool keep = true, unsigned role = 1) {
  return record(begin_request, id, octets({role >> 8U, role, keep ? 1U : 0U, 0, 0, 0, 0, 0}));
}

/// In one byte where it fits, else in four.
inline std::string length(std::size_t size) {
  const auto value = static_cast<unsigned>(size);
  if (value < 128) return octets({value});
  return octets({value >> 24U | 0x80U, value >> 16U, value >> 8U, value});
}

inline std::string pair(std::string_view name, std::string_view value) {
  return (length(name.size()) + length(value.size())).append(name).append(value);
}

using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::string pairs(Pairs all) {
  std::string bytes;
  for (const auto& [name, value] : all) bytes += pair(name, value);
  return bytes;
}

/// A stream: `content` in records of `piece` bytes at most, and the empty one that ends it.
inline std::string stream(unsigned type, unsigned id, std::string_view content, std::size_t piece = 65'535) {
  std::string bytes;
  for (; !content.empty(); content.remove_prefix(std::min(piece, content.size()))) {
    bytes += record(type, id, content.substr(0, piece));
  }
  return bytes + record(type, id);
}

struct Request {
  unsigned id = 1;
  bool keep = true;
  std::string_view method = "GET";
  std::string_view path = "/";
  std::string_view query = {};
  std::string_view body = {};
};

inline std::string request(const Request& from) {
  const auto head =
      pairs({{"REQUEST_METHOD", from.method}, {"SCRIPT_NAME", from.path}, {"QUERY_STRING", from.query}});
  return begin(from.id, from.keep) + stream(params, from.id, head) +
         stream(standard_input, from.id, from.body);
}

inline std::string post(std::string_view body) { return request({.method = "POST", .body = body}); }

/// The end of an answer: of its STDOUT, and END_REQUEST with status 0, REQUEST_COMPLETE.
inline std::string end(unsigned id) {
  return record(standard_output, id) + record(end_request, id, octets({0, 0, 0, 0, 0, 0, 0, 0}));
}

/// An answer whose pieces travel as one STDOUT record each.
inline std::string answer(unsigned id, std::initializer_list<std::string_view> pieces) {
  std::string bytes;
  for (const auto piece : pieces) bytes += record(standard_output, id, piece);
  return bytes + end(id);
}

}  // namespace worker::support::wire
