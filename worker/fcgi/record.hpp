// Records: the framing of FastCGI 1.0 (section 3.3): an eight-byte header, then at most 65,535 bytes of
// content, then padding. Pure functions; the layout and the numbers come from libfcgi's fastcgi.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace worker::fcgi {

inline constexpr std::size_t header_bytes = 8;
inline constexpr std::size_t content_bytes_max = 65'535;
/// Largest STDOUT record that is sent. nginx passes on one chunk per record: few large ones are cheap, but a
/// very large one would delay other connections.
inline constexpr std::size_t stdout_bytes_max = 32'768;

/// One header, decoded.
struct RecordHeader {
  std::uint8_t version;
  std::uint8_t type;
  std::uint16_t request_id;
  std::uint16_t content_bytes;
  std::uint8_t padding_bytes;

  static RecordHeader decode(const std::array<char, header_bytes>& bytes);
};

void append_record(std::string& out, std::uint8_t type, std::uint16_t request_id, std::string_view content);

/// `payload` as STDOUT records; none for an empty payload, since an empty STDOUT record means the end.
void append_stdout(std::string& out, std::uint16_t request_id, std::string_view payload);

/// `payload` as STDOUT records of request `shared_request_id`, for send(). Web servers give that id to every
/// request.
inline constexpr std::uint16_t shared_request_id = 1;
base::Bytes shared_stdout(std::string_view payload);

/// A copy of `records` for another request.
std::string with_request_id(std::string_view records, std::uint16_t request_id);

/// The end of STDOUT and of the request: END_REQUEST with application status 0, REQUEST_COMPLETE.
void append_end(std::string& out, std::uint16_t request_id);

/// END_REQUEST with CANT_MPX_CONN: the connection serves one request at a time, and refuses this one.
void append_cannot_multiplex(std::string& out, std::uint16_t request_id);

/// BEGIN_REQUEST for a responder, with KEEP_CONN.
void append_begin(std::string& out, std::uint16_t request_id);

}  // namespace worker::fcgi
