// RequestReader: reads requests out of the bytes of a connection, one after the other, without touching the
// connection. Sans-IO, so every split, truncation and lie about lengths is a table test. Lives on the
// connection's thread; whoever feeds it sends what take_reply() gives.
//
// It is the armour in front of libfcgi, which was written for a trusted web server: it waits for bytes
// without a deadline, answers GET_VALUES from a buffer that repeated names overflow, and believes every
// length. Only parameters that arrived in full and whose lengths add up go on to be decoded. A request is
// exactly BEGIN_REQUEST, PARAMS until an empty one, STDIN until an empty one, all with one id that is not 0.
//
// What else a web server may send is answered here, at any place: management records (GET_VALUES), and the
// beginning of another request, which gets CANT_MPX_CONN and whose further records are skipped. Anything else
// is a Refusal.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_budget.hpp"
#include "base/result.hpp"
#include "fcgi/record.hpp"
#include "fcgi/refusal.hpp"

namespace worker::fcgi {

class RequestReader {
 public:
  struct Limits {
    std::size_t head_bytes_max;
    std::size_t body_bytes_max;
    std::size_t connections_max = 0;     // what the answer to GET_VALUES says
    base::ByteBudget* bodies = nullptr;  // for all connections; outlives them
  };
  enum class Progress {
    more,            // all bytes taken, the request is not complete
    request,         // complete; bytes behind it are left
    head_too_large,  // over the limit; worth an answer, then the connection is closed, and so is this intake
    body_too_large,
    bodies_too_large,  // the bodies of all connections together
    aborted,           // ABORT_REQUEST for the request at hand, complete or not; resume() as after an answer
    held,              // while a request is served: its id begins anew, or no FastCGI follows. Bytes are left
  };

  explicit RequestReader(Limits limits) : limits_(limits), share_(limits.bodies) {}
  /// One that begins while request `id` is being served.
  RequestReader(Limits limits, std::uint16_t id)
      : limits_(limits), share_(limits.bodies), phase_(Phase::serving), request_id_(id) {}

  /// Takes from the front of `bytes` up to the end of the request. After a refusal this intake is done.
  base::Result<Progress, Refusal> take(std::string_view& bytes);
  /// Whole records for the peer, to be sent before anything that follows; mostly empty.
  std::string take_reply() { return std::exchange(reply_, {}); }
  /// Between records, with no request begun or one being served.
  bool between_requests() const {
    return header_size_ == 0 && (phase_ == Phase::begin || phase_ == Phase::serving);
  }
  /// There is nothing to remember: a new intake would do the same.
  bool fresh() const { return between_requests() && management_records_ == 0 && skipped_count_ == 0; }

  std::uint16_t request_id() const { return request_id_; }
  bool keep_connection() const { return keep_connection_; }
  /// The name-value pairs, well formed. Valid once the request is complete, until release().
  const std::string& params() const { return params_; }
  std::string take_body() { return std::move(body_); }
  /// Gives the memory of the request back.
  void release();
  /// The request that was served is over: the next one may begin.
  void resume() { phase_ = Phase::begin; }

 private:
  enum class Phase { begin, params, body, serving };
  // What the content of the record at hand is for.
  enum class Content { skipped, begin, params, body, values };

  bool take_header(std::string_view& bytes);
  bool take_content(std::string_view& bytes);
  base::Result<Progress, Refusal> begin_record();
  base::Result<Progress, Refusal> begin_first_record();
  base::Result<Progress, Refusal> begin_other_record();
  base::Result<Progress, Refusal> begin_own_record();
  base::Result<Progress, Refusal> begin_management();
  base::Result<Progress, Refusal> end_record();
  base::Result<Progress, Refusal> begin_request();
  std::string& sink();
  bool has_room_for_body();
  void skip_request(std::uint16_t id);
  bool skips(std::uint16_t id) const;
  void stop_skipping(std::uint16_t id);

  // Ids of requests that were refused or aborted, whose further records may still be on their way. Of more
  // than these the oldest is forgotten.
  static constexpr std::size_t skipped_max = 8;

  const Limits limits_;
  base::ByteBudget::Reservation share_;  // of body_
  Phase phase_ = Phase::begin;
  Content content_ = Content::skipped;
  bool header_checked_ = false;  // the header at hand
  bool keep_connection_ = false;
  std::uint8_t management_records_ = 0;  // management records so far
  std::uint8_t skipped_count_ = 0;
  std::uint16_t request_id_ = 0;
  std::array<std::uint16_t, skipped_max> skipped_{};
  std::array<char, header_bytes> header_{};
  std::size_t header_size_ = 0;  // of the record at hand, what has come
  RecordHeader record_{};
  std::size_t content_left_ = 0;
  std::size_t padding_left_ = 0;

  std::string small_;  // the content of a BEGIN_REQUEST or of a GET_VALUES
  std::string params_;
  std::string body_;
  std::string reply_;
};

}  // namespace worker::fcgi
