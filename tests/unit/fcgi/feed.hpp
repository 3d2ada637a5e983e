// Feeds a RequestReader as a connection does: in pieces of any size, with every request answered at once, or
// with none answered.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "fcgi/request_reader.hpp"

namespace worker::fcgi {

inline constexpr RequestReader::Limits wide{.head_bytes_max = 1'000'000, .body_bytes_max = 1'000'000};

/// What take() says next, whether or not the parameters are complete before it.
inline RequestReader::Progress take_past_head(RequestReader& reader, std::string_view& bytes) {
  const auto progress = reader.take(bytes).value();
  return progress == RequestReader::Progress::head ? reader.take(bytes).value() : progress;
}

/// What a RequestReader made of the bytes, as text that can be compared: one line per request, and then how
/// it ended. Nothing is fed after a refusal, pipelined bytes or a request that is too large.
class Feed {
 public:
  /// With `answers`, each request is over before the next byte is fed; without, it is never over. With
  /// `streams`, each body streams.
  explicit Feed(RequestReader::Limits limits = wide, bool answers = true, bool streams = false)
      : limits_(limits), answers_(answers), streams_(streams), request_reader_(limits) {}

  void take(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      const auto progress = request_reader_.take(bytes);
      replies_ += request_reader_.take_reply();
      if (!progress) return end(fmt::format("refused: {}", name_of(progress.error())));
      switch (progress.value()) {
        case RequestReader::Progress::more:
          break;
        case RequestReader::Progress::head:
          if (!streams_) break;
          request_reader_.stream_body();
          said_ += "streams ";
          break;
        case RequestReader::Progress::piece:
          said_ += request_reader_.piece();
          break;
        case RequestReader::Progress::request:
          if (streams_) said_ += " end\n";
          said_ += fmt::format("request {}{} params {} body {}\n", request_reader_.request_id(),
                               request_reader_.keep_connection() ? " keep" : "", request_reader_.params(),
                               request_reader_.take_body());
          request_reader_.release();
          if (answers_) request_reader_.resume();
          break;
        case RequestReader::Progress::aborted:
          said_ += "aborted\n";
          request_reader_.resume();
          break;
        case RequestReader::Progress::pipelined:
          return end("pipelined");
        case RequestReader::Progress::head_too_large:
          return end("head too large");
        case RequestReader::Progress::body_too_large:
          return end("body too large");
        case RequestReader::Progress::bodies_too_large:
          return end("bodies too large");
      }
    }
  }
  std::string said() const {
    return said_ + (ended_ ? "" : request_reader_.between_requests() ? "idle" : "more");
  }
  /// The records for the peer.
  const std::string& replies() const { return replies_; }
  bool is_initial() const { return request_reader_.is_initial(); }

 private:
  void end(const std::string& how) {
    said_ += how;
    ended_ = true;
  }

  const RequestReader::Limits limits_;
  const bool answers_;
  const bool streams_;
  RequestReader request_reader_;
  std::string said_;
  std::string replies_;
  bool ended_ = false;
};

inline std::string fed(std::string_view bytes, RequestReader::Limits limits = wide, bool streams = false) {
  Feed feed(limits, true, streams);
  feed.take(bytes);
  return feed.said();
}

/// The same, byte by byte, and with the replies behind it.
inline std::string fed_byte_by_byte(std::string_view bytes, RequestReader::Limits limits = wide,
                                    bool answers = true, bool streams = false) {
  Feed feed(limits, answers, streams);
  for (std::size_t i = 0; i < bytes.size(); ++i) feed.take(bytes.substr(i, 1));
  return feed.said() + feed.replies();
}

/// The first split at which the outcome or a reply differs from that of the whole; npos if none does.
inline std::size_t differing_split(std::string_view bytes, RequestReader::Limits limits = wide,
                                   bool answers = true, bool streams = false) {
  Feed whole(limits, answers, streams);
  whole.take(bytes);
  const auto expected = whole.said() + whole.replies();
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    Feed feed(limits, answers, streams);
    feed.take(bytes.substr(0, i));
    feed.take(bytes.substr(i));
    if (feed.said() + feed.replies() != expected) return i;
  }
  return fed_byte_by_byte(bytes, limits, answers, streams) == expected ? std::string::npos : bytes.size() + 1;
}

}  // namespace worker::fcgi
