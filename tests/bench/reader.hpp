// Reader: one stream as a browser would read it, from connect to its end and over all its returns, counted
// into the tally of its group. Loop thread only; poller, tally and listener outlive it. Nothing fails here: a
// failure is a figure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connection.hpp"
#include "inbox.hpp"
#include "poller.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

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
};

class Reader final : private Connection::Owner {
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

  Reader(Poller& poller, Tally& tally, Wish wish = {}, Listener* listener = nullptr)
      : connection_(poller, *this, wish.protocol, wish.pause),
        tally_(tally),
        listener_(listener),
        wish_(std::move(wish)) {}

  /// From idle or ended; asks for what comes after its cursor, if it has one. `target` outlives the reader.
  void open(const Target& target, const std::optional<in_addr>& source);
  /// Leaves, as a reader who closes the page; counts as no ending.
  void leave() noexcept;

  State state() const noexcept { return state_; }
  const Wish& wish() const noexcept { return wish_; }
  const Inbox& inbox() const noexcept { return inbox_; }
  /// How long a browser would wait before it comes back.
  std::chrono::milliseconds retry() const noexcept { return retry_; }

 private:
  void on_bytes(std::size_t count) override;
  void on_begin() override;
  void on_frame(const Frame& frame) override;
  std::string next_poll() override;
  void on_end(Ending ending) override;
  std::string request() const;
  void enter(State state) noexcept;
  void count_opened();
  void take_published(const Frame& frame);

  Connection connection_;
  Tally& tally_;
  Listener* const listener_;
  const Wish wish_;
  const Target* target_ = nullptr;
  Inbox inbox_;
  std::uint64_t taken_ = 0;
  Instant started_;
  Instant received_;  // the bytes at hand
  std::chrono::milliseconds retry_{3'000};
  State state_ = State::idle;
  bool said_close_ = false;
};

}  // namespace sse::bench
