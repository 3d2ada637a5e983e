#include "fcgi/record.hpp"

#include <fastcgi.h>

#include <utility>

namespace worker::fcgi {
namespace {

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }
std::uint16_t number(char high, char low) {
  return static_cast<std::uint16_t>(octet(high) << 8U | octet(low));
}

}  // namespace

RecordHeader RecordHeader::decode(const std::array<char, header_bytes>& bytes) {
  return {.version = octet(bytes[0]),
          .type = octet(bytes[1]),
          .request_id = number(bytes[2], bytes[3]),
          .content_bytes = number(bytes[4], bytes[5]),
          .padding_bytes = octet(bytes[6])};
}

void append_record(std::string& out, std::uint8_t type, std::uint16_t request_id, std::string_view content) {
  const auto size = static_cast<unsigned>(content.size());
  const unsigned id = request_id;
  const auto octets = [](auto... bytes) { return std::array{static_cast<char>(bytes)...}; };
  const auto header = octets(FCGI_VERSION_1, type, id >> 8U, id & 0xffU, size >> 8U, size & 0xffU, 0, 0);
  out.append(header.data(), header.size()).append(content);
}

void append_stdout(std::string& out, std::uint16_t request_id, std::string_view payload) {
  while (!payload.empty()) {
    const auto piece = payload.substr(0, stdout_bytes_max);
    append_record(out, FCGI_STDOUT, request_id, piece);
    payload.remove_prefix(piece.size());
  }
}

base::Bytes shared_stdout(std::string_view payload) {
  std::string records;
  records.reserve(payload.size() + header_bytes * (1 + payload.size() / stdout_bytes_max));
  append_stdout(records, shared_request_id, payload);
  return std::make_shared<const std::string>(std::move(records));
}

std::string with_request_id(std::string_view records, std::uint16_t request_id) {
  std::string copy(records);
  for (std::size_t at = 0; at + header_bytes <= copy.size();) {
    copy[at + 2] = static_cast<char>(request_id >> 8U);
    copy[at + 3] = static_cast<char>(request_id & 0xffU);
    at += header_bytes + number(copy[at + 4], copy[at + 5]) + octet(copy[at + 6]);
  }
  return copy;
}

void append_end(std::string& out, std::uint16_t request_id) {
  append_record(out, FCGI_STDOUT, request_id, {});
  constexpr char body[] = {0, 0, 0, 0, FCGI_REQUEST_COMPLETE, 0, 0, 0};
  append_record(out, FCGI_END_REQUEST, request_id, {body, sizeof body});
}

void append_cannot_multiplex(std::string& out, std::uint16_t request_id) {
  constexpr char body[] = {0, 0, 0, 0, FCGI_CANT_MPX_CONN, 0, 0, 0};
  append_record(out, FCGI_END_REQUEST, request_id, {body, sizeof body});
}

void append_begin(std::string& out, std::uint16_t request_id) {
  constexpr char body[] = {0, FCGI_RESPONDER, FCGI_KEEP_CONN, 0, 0, 0, 0, 0};
  append_record(out, FCGI_BEGIN_REQUEST, request_id, {body, sizeof body});
}

}  // namespace worker::fcgi
