#include "app/listening_sockets.hpp"

#include <utility>

#include "app/takeover.hpp"

namespace worker::app {

base::Result<ListeningSockets, std::string> ListeningSockets::open(const config::Config& config,
                                                                   std::optional<TakeoverImage>& image) {
  auto web_server = image ? inherited_listening(*image) : net::ListeningSocket::find(config.listen);
  if (!web_server) return base::failure(web_server.error());
  ListeningSockets sockets{std::move(web_server).value(), std::nullopt};
  if (config.publish_listen.address.empty()) return sockets;
  auto publish = image && image->publish_socket
                     ? net::ListeningSocket::taken_over(std::move(image->publish_socket), image->publish_path)
                     : net::ListeningSocket::bind_unix(config.publish_listen);
  if (!publish) return base::failure(publish.error());
  sockets.publish.emplace(std::move(publish).value());
  return sockets;
}

void ListeningSockets::close() {
  web_server.close();
  publish.reset();
}

}  // namespace worker::app
