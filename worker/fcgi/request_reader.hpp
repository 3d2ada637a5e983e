// RequestReader: reads requests out of the bytes of a connection, one after the other. No I/O, so that every
// split, truncation and wrong length can be tested with a table. Owned by its connection, which sends what
// take_reply() returns; loop thread only.
//
// It protects libfcgi, which was written for a trusted web server: libfcgi waits for bytes without a
// deadline, answers GET_VALUES from a buffer that repeated names overflow, and believes every length. Only
// parameters that are complete and whose lengths add up are decoded. A request is exactly BEGIN_REQUEST,
// PARAMS until an empty one, STDIN until an empty one, all with one id that is not 0. The body is kept until
// it is complete, or given out piece by piece: stream_body().
//
// Two other things may come at any place, and are answered here: management records (GET_VALUES), and the
// beginning of another request, which gets CANT_MPX_CONN and whose further records are skipped. Anything else
// is a Refusal.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
    std::size_t connections_max = 0;     // for the answer to GET_VALUES
    base::ByteBudget* bodies = nullptr;  // of all connections; outlives them
  };
  enum class Progress {
    more,            // all bytes are taken, and no request is complete
    head,            // the parameters are complete; the bytes of the body are left
    piece,           // the next piece() of a body that streams; the bytes after it are left
    request,         // one is complete; the bytes after it are left
    head_too_large,  // over the limit: the connection answers that and closes; no call may follow
    body_too_large,
    bodies_too_large,  // the bodies of all connections together
    aborted,           // ABORT_REQUEST for the request at hand, complete or not; resume() as after an answer
    pipelined,  // a request is being served; a next one with its id, or no FastCGI, follows and is left
  };

  explicit RequestReader(Limits limits) : limits_(limits), share_(limits.bodies) {}
  /// A request that is served.
  struct Served {
    std::uint16_t id;
    bool streams_body;  // and its body has not come to its end
  };
  /// For a connection that serves `served`.
  RequestReader(Limits limits, Served served)
      : limits_(limits),
        share_(limits.bodies),
        phase_(served.streams_body ? Phase::body : Phase::serving),
        streams_body_(served.streams_body),
        request_id_(served.id) {}

  /// Takes bytes from the front of `bytes`, at most up to the end of the request. After a refusal no call may
  /// follow.
  base::Result<Progress, Refusal> take(std::string_view& bytes);
  /// Whole records for the peer, to be sent before any other; mostly empty.
  std::string take_reply() { return side_ ? std::exchange(side_->reply, {}) : std::string(); }
  /// No byte of a record is read, and no request is begun or one is being served.
  bool between_requests() const {
    return header_size_ == 0 && (phase_ == Phase::begin || phase_ == Phase::serving);
  }
  /// A new reader would do the same: this one has nothing to remember.
  bool is_initial() const {
    const bool between_pieces = phase_ == Phase::body && streams_body_ && header_size_ == 0;
    return (between_requests() || between_pieces) && management_records_ == 0 && skipped_count_ == 0;
  }

  std::uint16_t request_id() const { return request_id_; }
  bool keep_connection() const { return keep_connection_; }
  /// The name-value pairs, well formed. Valid from Progress::head until release_params().
  const std::string& params() const { return params_; }
  void release_params() { params_ = {}; }
  /// After Progress::head: the body is not kept, and has no bound; each piece of it is given out.
  void stream_body() { streams_body_ = true; }
  /// After Progress::piece. A view into the bytes that were taken.
  std::string_view piece() const { return piece_; }
  std::string take_body() { return std::move(body_); }
  /// Frees the memory of the request.
  void release();
  /// The answer to the request is over: the next one may begin.
  void resume() { phase_ = Phase::begin; }

 private:
  enum class Phase { begin, params, body, serving };
  // How the content of the record at hand is used.
  enum class Content { skipped, begin, params, body, values };

  // What is answered beside the requests.
  struct Side {
    std::string values;  // the content of a GET_VALUES
    std::string reply;
  };
  static constexpr std::size_t begin_bytes = 8;

  bool take_header(std::string_view& bytes);
  bool take_content(std::string_view& bytes);
  base::Result<Progress, Refusal> begin_record();
  base::Result<Progress, Refusal> begin_first_record();
  base::Result<Progress, Refusal> begin_other_record();
  base::Result<Progress, Refusal> begin_own_record();
  base::Result<Progress, Refusal> begin_management();
  base::Result<Progress, Refusal> end_record();
  base::Result<Progress, Refusal> begin_request();
  void store(std::string_view content);
  Side& side();
  bool has_room_for_body();
  void skip_request(std::uint16_t id);
  bool skips(std::uint16_t id) const;
  void stop_skipping(std::uint16_t id);

  // How many ids of requests that were refused or aborted, and whose further records may still come, are
  // kept. Of more, the oldest is forgotten.
  static constexpr std::size_t skipped_max = 8;

  const Limits limits_;
  base::ByteBudget::Reservation share_;  // of body_
  Phase phase_ = Phase::begin;
  Content content_ = Content::skipped;
  bool header_checked_ = false;  // begin_record() was called for the header at hand
  bool keep_connection_ = false;
  bool streams_body_ = false;
  std::uint8_t management_records_ = 0;  // so far
  std::uint8_t skipped_count_ = 0;
  std::uint16_t request_id_ = 0;
  std::array<std::uint16_t, skipped_max> skipped_{};
  std::array<char, header_bytes> header_{};
  std::size_t header_size_ = 0;  // bytes of the header at hand that have come
  RecordHeader record_{};
  std::size_t content_left_ = 0;
  std::size_t padding_left_ = 0;

  std::string_view piece_;
  std::array<char, begin_bytes> begin_{};  // the content of a BEGIN_REQUEST
  std::size_t begin_size_ = 0;
  std::string params_;
  std::string body_;
  std::unique_ptr<Side> side_;  // null on most connections
};

}  // namespace worker::fcgi
