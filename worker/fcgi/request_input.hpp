// RequestInput: what a connection has received and not answered yet: the reader of its requests, a request
// whose body is not complete, and the bytes that came before the answer to the request before them was sent.
// The reader exists only while it has something to remember: most connections are streams, which receive
// nothing. Owned by its connection; loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fcgi/request_reader.hpp"
#include "http/request.hpp"

namespace worker::fcgi {

class RequestInput {
 public:
  /// Bytes that are kept while an answer is sent, with the header that the reader may have of them.
  static constexpr std::size_t pipelined_bytes_max = 65'536;

  /// Begins a reader if there is none: for a connection that serves request `served`, or none.
  RequestReader& reader(const RequestReader::Limits& limits, std::optional<RequestReader::Served> served);
  /// The one that was begun.
  RequestReader& reader() { return incoming_->reader; }
  /// Keeps a request whose parameters are complete; without its body.
  void keep_request(http::Request request) {
    incoming_->request = std::make_unique<http::Request>(std::move(request));
  }
  /// The one that was kept.
  http::Request take_request() { return std::move(*std::exchange(incoming_->request, nullptr)); }
  /// Call it when the reader waits for more bytes, or has given its request away. Ends it, if there is one
  /// and a new one would do the same.
  void drop_initial_reader();
  /// The answer is over: the next request may begin.
  void resume() {
    if (incoming_) incoming_->reader.resume();
  }
  /// There is nothing to remember; pipelined bytes aside.
  bool is_initial() const { return !incoming_ || incoming_->reader.is_initial(); }
  /// No request has begun to come in; pipelined bytes aside.
  bool is_between_requests() const { return !incoming_ || incoming_->reader.between_requests(); }

  /// The next request of a peer that does not wait for the answer, or bytes that are no FastCGI; the reader
  /// has their first header. If they are not `wanted`, there will be no next request: of all such bytes one
  /// is kept, which marks that there were some. False if there are more than the bound.
  bool keep_pipelined(std::string_view bytes, bool wanted);
  bool has_pipelined() const { return !pipelined_.empty(); }
  /// The pipelined bytes, which are kept no longer, and `bytes` behind them. They are in `joined`; if there
  /// were none, the answer is `bytes` itself.
  std::string_view take_pipelined(std::string_view bytes, std::string& joined);

 private:
  struct Incoming {
    RequestReader reader;
    std::unique_ptr<http::Request> request;  // only until its body is complete
  };

  std::unique_ptr<Incoming> incoming_;
  std::string pipelined_;
};

}  // namespace worker::fcgi
