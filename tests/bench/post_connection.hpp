// PostConnection: requests with a body, one after the other, over a connection that is kept open as long as
// the server likes. Loop thread only; poller, target and owner outlive it. Every request ends in exactly one
// call to its owner.
#pragma once

#include <string>
#include <string_view>

#include "ending.hpp"
#include "poller.hpp"
#include "response_decoder.hpp"
#include "target.hpp"
#include "transport.hpp"

namespace sse::bench {

class PostConnection final : private Transport::Owner {
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

  PostConnection(Poller& poller, Owner& owner, const Target& target) noexcept
      : owner_(owner), target_(target), transport_(poller, *this) {}

  bool idle() const noexcept { return !under_way_; }
  /// When idle. May call the owner before it returns.
  void post(std::string_view request);

 private:
  void on_received(std::string_view bytes) override;
  void on_closed() override;
  void on_failed(Ending ending) override;
  void succeed();
  void fail(Ending ending);

  Owner& owner_;
  const Target& target_;
  Transport transport_;
  bool under_way_ = false;
  ResponseDecoder response_;
  std::string body_;
};

}  // namespace sse::bench
