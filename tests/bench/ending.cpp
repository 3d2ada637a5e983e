#include "ending.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace sse::bench {

Ending ending_of(int error) noexcept {
  switch (error) {
    case ECONNREFUSED:
      return Ending::connect_refused;
    case ECONNRESET:
    case EPIPE:
      return Ending::reset;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return Ending::no_local_port;
    case EMFILE:
    case ENFILE:
      return Ending::no_descriptor;
    default:
      return Ending::other_failure;
  }
}

std::string name_of(Ending ending, int status) {
  switch (ending) {
    case Ending::completed:
      return "ended_before_first_event";
    case Ending::cut_mid_frame:
      return "cut_mid_frame";
    case Ending::cut_body:
      return "cut_body";
    case Ending::connect_refused:
      return "connect_refused";
    case Ending::reset:
      return "reset";
    case Ending::no_local_port:
      return "no_local_port";
    case Ending::no_descriptor:
      return "no_descriptor";
    case Ending::bad_tls:
      return "bad_tls";
    case Ending::bad_status:
      return fmt::format("status_{}", status);
    case Ending::bad_response:
      return "bad_response";
    case Ending::other_failure:
      break;
  }
  return "other_failure";
}

}  // namespace sse::bench
