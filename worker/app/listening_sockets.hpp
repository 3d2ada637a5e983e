// ListeningSockets: the sockets that others connect to. Owned by main, outlives the reactors. Start and end
// of the process only.
#pragma once

#include <optional>
#include <string>

#include "app/takeover_image.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "net/listening_socket.hpp"

namespace worker::app {

struct ListeningSockets {
  net::ListeningSocket web_server;
  /// The local publish socket; none where none is configured.
  std::optional<net::ListeningSocket> publish;

  /// `image`: of the process before, which has left its sockets; the publish socket is taken out of it. Fails
  /// with a sentence for the operator.
  static base::Result<ListeningSockets, std::string> open(const config::Config& config,
                                                          std::optional<TakeoverImage>& image);

  /// -1 where there is none.
  int publish_descriptor() const { return publish ? publish->descriptor() : -1; }
  void close();
};

}  // namespace worker::app
