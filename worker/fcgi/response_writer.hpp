// ResponseWriter: the outgoing half of a connection. Frames a response into records and sends them, with one
// system call per write. A member of its connection, which owns the socket and acts on what each call
// returns. Loop thread only; nothing here waits.
//
// From begin() to uncork() the frames gather, so that a head and the first events leave in one send. Bytes
// that the socket cannot take wait in a backlog, which exists only then. The stall watch checks a peer that
// lets them wait.
//
// output     backlog    a write
// corked     any        is added to the buffer of corked frames
// direct     none       is sent
// direct     present    is added to the backlog, which is sent when the socket is writable
// delayed    present    is added to the backlog, which is sent after release_opening()
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "fcgi/metrics.hpp"
#include "http/response.hpp"
#include "net/outbox.hpp"
#include "net/poller.hpp"
#include "net/stall_watch.hpp"

namespace worker::fcgi {

/// What the writers of one acceptor share. The buffers hold nothing between two calls, except that corked
/// frames stay until uncork(): one connection of a loop is corked at a time.
struct OutputContext {
  net::Poller& poller;
  net::StallWatch& stall_watch;
  Metrics& metrics;
  std::string framed{};         // the bytes of one write
  std::string corked{};         // the frames that gather
  std::size_t opening_end = 0;  // in corked: the end of the stream's first write; 0 before it
};

class ResponseWriter {
 public:
  enum class Sent : std::uint8_t {
    all,        // the socket has everything
    later,      // bytes wait: for uncork(), for the socket or for release_opening()
    peer_gone,  // the peer has closed the connection
  };

  /// The connection: watches the socket, and owns the writer.
  class Owner : public net::Watcher {
   public:
    /// The peer has read nothing for Settings::stall. May destroy the backlog.
    virtual void close_stalled() = 0;

   protected:
    ~Owner() = default;
  };

  /// How long the rest of a stream waits after its opening: about what a web server and a proxy take to pass
  /// the opening on.
  static constexpr std::chrono::milliseconds opening_delay{20};

  /// All that is borrowed outlives the writer; `socket` until close().
  ResponseWriter(OutputContext& context, Owner& owner, int socket)
      : context_(context), owner_(owner), socket_(socket) {}
  ResponseWriter(const ResponseWriter&) = delete;
  ResponseWriter& operator=(const ResponseWriter&) = delete;
  ~ResponseWriter() { drop_backlog(); }

  /// Corks. What follows belongs to request `request_id`; with `omits_body`, which HEAD needs, only the head
  /// of a response leaves.
  void begin(std::uint16_t request_id, bool omits_body);
  bool omits_body() const { return omits_body_; }
  /// The id of the latest request; 0 before the first.
  std::uint16_t request_id() const { return request_id_; }
  /// Sends what has gathered. With `may_delay`, a long stream that begins is sent in two steps: its opening,
  /// and the rest after release_opening().
  Sent uncork(bool may_delay);

  /// The whole response and its end; `lines` as for ResponseHead::append_to().
  Sent answer(const http::Response& response, std::string_view lines = {});
  /// The head of a stream.
  Sent write_head(const http::ResponseHead& head, std::string_view lines = {});
  /// A piece of the body of a stream.
  Sent write(std::string_view payload);
  /// The same for records of request `shared_request_id`. Nothing is copied for that id.
  Sent send(const base::Bytes& wire);
  /// `last` and the end of the response.
  Sent finish(std::string_view last);
  /// Whole records that are not part of the response.
  Sent reply(std::string records);

  /// The rest of the stream waits for release_opening(), `opening_delay` after uncork().
  bool opening_delayed() const { return output_ == Output::delayed; }
  /// Lets the rest of the stream follow as soon as the socket is writable. False if nothing was delayed.
  bool release_opening();

  /// Bytes wait for the socket or for release_opening().
  bool has_backlog() const { return backlog_ != nullptr; }
  std::size_t backlog_bytes() const { return backlog_ ? backlog_->outbox.size_bytes() : 0; }
  /// The backlog is to be sent when the socket is writable.
  bool wants_writable() const { return backlog_ && output_ != Output::delayed; }
  /// Sends the backlog as far as the socket takes it. Only while wants_writable().
  Sent flush();
  /// What waits for the socket.
  std::vector<std::pair<base::Bytes, std::size_t>> unsent() const;
  /// Before the first call of all others: request `request_id` is served already, and `unsent` is what waits
  /// for the socket, which is watched by now.
  void continue_request(std::uint16_t request_id) { request_id_ = request_id; }
  void add_unsent(const std::vector<std::pair<base::Bytes, std::size_t>>& unsent);
  /// Drops the backlog. Only the const calls may follow.
  void close();

 private:
  enum class Output : std::uint8_t { direct, corked, delayed };

  struct Backlog {
    Backlog(int socket, Owner& owner) : watched(socket, [&owner] { owner.close_stalled(); }) {}
    net::Outbox outbox;
    net::StallWatch::Watched watched;
  };

  std::string& frames();
  void mark_opening();
  Sent complete();
  Sent transmit();
  Sent transmit_opening();
  Sent wait_for_socket(base::Bytes bytes, std::size_t offset = 0);
  void make_backlog();
  void add_to_backlog(base::Bytes bytes, std::size_t offset);
  void drop_backlog();
  void wait_until_writable();

  OutputContext& context_;
  Owner& owner_;
  std::unique_ptr<Backlog> backlog_;  // only while bytes wait
  const int socket_;
  std::uint16_t request_id_ = 0;
  Output output_ = Output::direct;
  bool omits_body_ = false;
};

}  // namespace worker::fcgi
