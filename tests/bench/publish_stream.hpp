// PublishStream: one request whose body stays open. Each line of it is an event, and the answer, which comes
// meanwhile, has a line for each, in their order. Over HTTP/1.1 (`POST /publish/stream`), or, where the
// target is a Unix socket, the same lines without HTTP. Loop thread only; poller, target and owner outlive
// it. Every end is told exactly once, with the stream closed by then. May be opened again.
#pragma once

#include <string>
#include <string_view>

#include "ending.hpp"
#include "line_decoder.hpp"
#include "poller.hpp"
#include "response_decoder.hpp"
#include "target.hpp"
#include "transport.hpp"

namespace sse::bench {

class PublishStream final : private Transport::Owner {
 public:
  class Owner {
   public:
    /// The server answers: the head has come. Of a Unix socket: it is connected.
    virtual void on_begin() = 0;
    /// A line of the answer, which came at that time.
    virtual void on_answer(std::string_view line, Instant at) = 0;
    /// `completed`: the answer is whole. Status 0: no head has come.
    virtual void on_end(Ending ending, int status) = 0;

   protected:
    ~Owner() = default;
  };

  PublishStream(Poller& poller, Owner& owner, const Target& target) noexcept
      : owner_(owner), target_(target), transport_(poller, *this) {}

  bool is_open() const noexcept { return transport_.is_open(); }
  /// `query` is added to the target's own; a Unix socket has none. May call the owner before it returns.
  void open(std::string_view query);
  /// While open: whole lines, in one write. May call the owner before it returns.
  void write(std::string_view lines);
  /// While open: there are no more lines.
  void finish();

 private:
  void on_received(std::string_view bytes) override;
  void on_closed() override;
  void on_failed(Ending ending) override;
  /// False: the owner has closed it, or it has failed.
  bool take(std::string_view piece, Instant at);
  void end(Ending ending);

  Owner& owner_;
  const Target& target_;
  Transport transport_;
  ResponseDecoder response_;
  LineDecoder lines_;
  std::string chunk_;
  bool finished_ = false;
};

}  // namespace sse::bench
