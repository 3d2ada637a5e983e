// Management records (FastCGI 1.0, section 4): questions to the worker itself, with request id 0. Pure
// functions; libfcgi, whose buffer repeated names overflow, gets none of these records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace worker::fcgi {

/// The longest GET_VALUES that is read. The three names that FastCGI defines take 50 bytes.
inline constexpr std::size_t management_bytes_max = 1'024;
/// Management records answered on one connection. HAProxy sends one.
inline constexpr unsigned management_records_max = 64;

/// The GET_VALUES_RESULT record for `asked`, the content of a GET_VALUES: each known name once, without the
/// unknown ones. None if the pairs are not well formed. `connections_max` is the value of FCGI_MAX_CONNS and
/// FCGI_MAX_REQS, as a connection serves one request at a time.
std::optional<std::string> values_result(std::string_view asked, std::size_t connections_max);

/// The UNKNOWN_TYPE record for a management record of another `type`.
std::string unknown_type(std::uint8_t type);

}  // namespace worker::fcgi
