// RequestDecoder: one FastCGI request after the other, as nginx sends them: BEGIN, PARAMS, STDIN. No I/O. It
// trusts its peer, which is what a worker must not do, and part of why this is the floor.
#pragma once

#include <string>
#include <string_view>

namespace sse::floor {

struct Request {
  std::string path;
  std::string query;
  std::string body;
  bool keep_connection = false;
};

class RequestDecoder {
 public:
  /// True: request() is whole. Bytes behind it are not expected, for nginx waits for the answer.
  bool feed(std::string_view bytes);
  const Request& request() const noexcept { return request_; }
  void reset();

 private:
  bool take(std::string_view record);
  void take_params();

  std::string held_;  // of a record that is not whole yet
  std::string params_;
  Request request_;
};

}  // namespace sse::floor
