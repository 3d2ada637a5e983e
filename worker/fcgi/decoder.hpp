// Decoder: uses libfcgi to turn name-value pairs into a request. One per thread.
//
// libfcgi blocks on the descriptor that it reads from, reads beyond the request, and closes the descriptor on
// an error. So it never gets a peer's socket: it reads a complete, checked head from a memory file (two
// system calls that cannot wait). Decoding on the socket itself, after a look ahead with MSG_PEEK, was worse:
// bytes of the body ended up in libfcgi's buffer, so that bodies needed blocking reads on threads, and a
// GET_VALUES record behind the head could reach the code that overflows.
//
// A head that has come before is not decoded again: HeadCache.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "fcgi/head_cache.hpp"
#include "fcgi/refusal.hpp"
#include "http/request.hpp"

namespace worker::fcgi {

class Decoder {
 public:
  /// Initialises libfcgi and undoes what that does to SIGTERM, SIGUSR1 and SIGPIPE. Throws std::system_error
  /// if the system gives no memory file. At start-up, before threads and other signal handlers.
  Decoder();

  /// The request that `params`, which are well formed, describe, without its body. Refusal::params if libfcgi
  /// rejects them although our own check did not.
  base::Result<http::Request, Refusal> decode(std::string_view params);

 private:
  void start_file();
  base::Result<http::Request, Refusal> decode_with_libfcgi(std::string_view params);

  HeadCache cache_;
  base::UniqueFd file_;
  off_t written_ = 0;  // bytes written and read: the next head goes here
};

}  // namespace worker::fcgi
