// Intake: reads one request out of the bytes of a connection, without touching the connection.
// Sans-IO, so every split, truncation and lie about lengths is a table test.
//
// It is the armour in front of libfcgi, which was written for a trusted web server: it waits for bytes
// without a deadline, answers GET_VALUES from a buffer that repeated names overflow, and believes every
// length. Only parameters that arrived in full and whose lengths add up go on to be decoded. A request is
// exactly BEGIN_REQUEST, PARAMS until an empty one, STDIN until an empty one, all with one id that is not 0;
// anything else is a Refusal. A web server never multiplexes over one connection, so a second id is one too.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fcgi/record.hpp"
#include "fcgi/refusal.hpp"

namespace worker::fcgi {

class Intake {
 public:
  struct Limits {
    std::size_t head_bytes_max;
    std::size_t body_bytes_max;
  };
  enum class Progress {
    more,            // all bytes taken, the request is not complete
    request,         // complete; bytes behind it are left
    head_too_large,  // over the limit; worth an answer, then the connection is closed
    body_too_large,
    aborted,  // ABORT_REQUEST: the peer wants no answer
  };

  explicit Intake(Limits limits) : limits_(limits) {}

  /// Takes from the front of `bytes` up to the end of the request. After anything but `more` this intake is
  /// done.
  base::Result<Progress, Refusal> take(std::string_view& bytes);
  std::uint16_t request_id() const { return request_id_; }
  bool keep_connection() const { return keep_connection_; }
  /// The name-value pairs, well formed. Valid once the request is complete.
  const std::string& params() const { return params_; }
  std::string take_body() { return std::move(body_); }

 private:
  enum class Phase { begin, params, body };

  base::Result<Progress, Refusal> begin_record();
  base::Result<Progress, Refusal> end_record();
  base::Result<Progress, Refusal> begin_request();
  std::string& sink();

  const Limits limits_;
  Phase phase_ = Phase::begin;
  std::array<char, header_bytes> header_{};
  std::size_t header_size_ = 0;  // of the record at hand, what has come
  RecordHeader record_{};
  std::size_t content_left_ = 0;
  std::size_t padding_left_ = 0;

  std::uint16_t request_id_ = 0;
  bool keep_connection_ = false;
  std::string begin_;
  std::string params_;
  std::string body_;
};

/// Do the lengths of the name-value pairs (FastCGI 1.0, section 3.4) add up exactly, and is there no NUL,
/// which would cut a C string short?
bool params_well_formed(std::string_view params);

}  // namespace worker::fcgi
