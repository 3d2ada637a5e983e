// Reader: one stream as a browser would read it, from connect to its end and over all its returns, counted
// into the tally of its group. Loop thread only; poller, tally and listener outlive it. Nothing fails here: a
// failure is a figure.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "channel.hpp"
#include "inbox.hpp"
#include "poller.hpp"
#include "protocol.hpp"
#include "tally.hpp"
#include "target.hpp"
#include "topics.hpp"

namespace sse::bench {

class Http2Pool;

/// What a reader asks for. Without topics it is the greeting stream, whose first event is its beginning; a
/// subscription begins when the server has taken it in, and its events carry stamps.
struct Wish {
  std::vector<std::string> topics;
  /// It leaves with so many events, as a reader who closes the page; 0: it stays.
  std::uint64_t leave_after = 0;
  Protocol protocol = Protocol::sse;
  TopicsAs topics_as = TopicsAs::repeated;
  /// After each read it takes nothing for so long.
  std::chrono::milliseconds pause{};
  /// It is a stream of one of these connections; none: it has one of HTTP/1.1 of its own.
  Http2Pool* http2 = nullptr;
};

class Reader final : private Channel::Owner {
 public:
  enum class State { idle, opening, live, ended };

  class Listener {
   public:
    /// The stream ended without saying that it was complete: a browser would come back. Not to be opened
    /// within the call.
    virtual void on_broken(Reader& reader) = 0;

   protected:
    ~Listener() = default;
  };

  Reader(Poller& poller, Tally& tally, Wish wish = {}, Listener* listener = nullptr);

  /// From idle or ended; asks for what comes after its cursor, if it has one. `target` outlives the reader.
  void open(const Target& target, const std::optional<in_addr>& source);
  /// Leaves, as a reader who closes the page; counts as no ending.
  void leave();

  State state() const noexcept { return state_; }
  const Wish& wish() const noexcept { return wish_; }
  const Inbox& inbox() const noexcept { return inbox_; }
  /// How long a browser would wait before it comes back.
  std::chrono::milliseconds retry() const noexcept { return retry_; }

 private:
  Ask ask() override;
  void on_bytes(std::size_t count) override;
  void on_begin() override;
  void on_frame(const Frame& frame) override;
  void on_end(Ending ending) override;
  void enter(State state) noexcept;
  void count_opened();
  void take_published(const Frame& frame);

  Tally& tally_;
  Listener* const listener_;
  const Wish wish_;
  const std::unique_ptr<Channel> channel_;
  Inbox inbox_;
  std::uint64_t taken_ = 0;
  Instant started_;
  Instant received_;  // the bytes at hand
  std::chrono::milliseconds retry_{3'000};
  State state_ = State::idle;
  bool said_close_ = false;
};

}  // namespace sse::bench
