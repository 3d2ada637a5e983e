// Decoder: libfcgi, which turns name-value pairs into parameters. One per thread.
//
// libfcgi reads from a descriptor and blocks on it, reads ahead of the request and closes what it dislikes.
// So it is never given a peer's socket: it reads a complete, checked head from a memory file (two system
// calls that cannot wait), and whatever it does to that file concerns nobody else. This replaced looking
// ahead with MSG_PEEK and decoding on the socket itself: there a body's bytes end up in libfcgi's buffer, so
// bodies need blocking reads on threads, and a GET_VALUES record behind the head would reach the code that
// overflows.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "fcgi/refusal.hpp"
#include "http/request.hpp"

namespace worker::fcgi {

class Decoder {
 public:
  /// Initialises libfcgi and undoes what that does to SIGTERM, SIGUSR1 and SIGPIPE. Throws std::system_error
  /// where no memory file is to be had. At start-up, before threads and before anybody else sets signal
  /// handlers.
  Decoder();

  /// The request that `params`, well formed, describe, still without its body. Refusal::params where libfcgi
  /// does not follow; that would be a disagreement between our check and libfcgi's.
  base::Result<http::Request, Refusal> decode(std::string_view params);

 private:
  void start_file();

  base::UniqueFd file_;
  off_t written_ = 0;  // and read: the next head goes here
};

}  // namespace worker::fcgi
