// PostConnection: requests with a body, one after the other, over a connection that is kept open as long as
// the server likes. Loop thread only; poller, target and owner outlive it. Every request ends in exactly one
// call to its owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ending.hpp"
#include "poller.hpp"
#include "response_decoder.hpp"
#include "socket.hpp"

namespace sse::bench {

class PostConnection final : private PollHandler {
 public:
  class Owner {
   public:
    /// The whole answer. May post again.
    virtual void on_answer(PostConnection& connection, int status, std::string_view body) = 0;
    /// There is none, and whether the request had an effect is unknown. May post again.
    virtual void on_failure(PostConnection& connection, Ending ending) = 0;

   protected:
    ~Owner() = default;
  };

  PostConnection(Poller& poller, Owner& owner, const sockaddr_in& to) noexcept
      : poller_(poller), owner_(owner), to_(to) {}
  PostConnection(const PostConnection&) = delete;
  PostConnection& operator=(const PostConnection&) = delete;

  bool idle() const noexcept { return !under_way_; }
  /// When idle. May call the owner before it returns.
  void post(std::string request);

 private:
  void on_ready(std::uint32_t events) override;
  int send_request() noexcept;
  void receive();
  void take(std::string_view bytes);
  void succeed();
  void fail(Ending ending);

  Poller& poller_;
  Owner& owner_;
  const sockaddr_in to_;
  Socket socket_;
  bool under_way_ = false;
  bool waits_writable_ = false;
  std::string request_;
  std::string_view unsent_;  // of request_
  ResponseDecoder response_;
  std::string body_;
};

}  // namespace sse::bench
