// LocalPublisher: one connection to the local publish socket: NDJSON lines in, a line of answer for each out,
// without HTTP. Owned by the LocalAcceptor; loop thread only. Failures are those of the peer; one that reads
// nothing of its answers for Settings::stall is closed.
//
// When the worker ends the answers, what the peer still sends is read and discarded until it closes, too: a
// socket that is closed with bytes in it is reset, and the peer's next read fails.
//
// The first line may be {"defaults":{…}}, with the parameters of a publish stream
// (api/publish/stream_parameters.hpp) that the web server has in its address. A peer that has sent everything
// shuts its side down (SHUT_WR) and reads to the end; one that closes without that has died.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/publish/publish_places.hpp"
#include "api/publish/publish_stream.hpp"
#include "base/unique_fd.hpp"
#include "net/outbox.hpp"
#include "net/poller.hpp"
#include "net/stall_watch.hpp"
#include "net/timer.hpp"

namespace worker::local {

/// What the connections of one loop share. All of it is borrowed.
struct LocalContext {
  const api::PublishStreamContext& publish;
  net::StallWatch& stall_watch;
  std::string received{};  // the bytes of one read
  /// Destroys the connection after this turn.
  std::function<void(class LocalPublisher&)> on_closed;
};

class LocalPublisher final : public net::Watcher, public api::PublishStream::Client {
 public:
  using Hook = boost::intrusive::list_member_hook<>;

  LocalPublisher(LocalContext& context, base::UniqueFd socket,
                 std::unique_ptr<api::PublishPlaces::Place> place);
  ~LocalPublisher();

  /// Begins to read. False if the kernel refuses to watch the socket.
  bool begin();
  /// The worker stops: the peer is told to come back after `retry`.
  void drain(std::chrono::milliseconds retry);

  Hook hook;  // in the acceptor's list

 private:
  struct Backlog {
    Backlog(int socket, std::function<void()> on_stall) : watched(socket, std::move(on_stall)) {}
    net::Outbox outbox;
    net::StallWatch::Watched watched;
  };

  void on_ready(Ready ready) override;
  void receive(bool hung_up);
  void take(std::string_view bytes);
  void begin_stream(std::string_view first_line, bool is_complete);
  void on_end();
  void refuse(const std::string& why);
  void flush();
  void wait_for_peer();
  void close();

  void write(std::string_view lines) override;
  void write_now(std::string_view line) override { write(line); }
  void finish(std::string_view last_lines) override;
  bool ready() const override { return !backlog_; }
  void hold() override { held_ = true; }
  void resume() override;

  LocalContext& context_;
  base::UniqueFd socket_;
  const std::unique_ptr<api::PublishPlaces::Place> place_;
  std::shared_ptr<api::PublishStream> stream_;  // null until the first line has come
  std::string first_;                           // the beginning of that line
  std::unique_ptr<Backlog> backlog_;            // only while bytes wait for the socket
  std::unique_ptr<net::Timer> discarding_;      // null until all answers are sent
  bool held_ = false;
  bool finishing_ = false;  // takes nothing more
  bool has_ended_ = false;  // the peer has shut its side down
};

}  // namespace worker::local
