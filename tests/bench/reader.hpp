// Reader: one stream as a browser would read it, from connect to its end, counted into the tally of its
// group. Loop thread only; poller and tally outlive it. Nothing fails here: a failure is a figure.
#pragma once

#include <optional>

#include "connection.hpp"
#include "poller.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

class Reader final : private Connection::Owner {
 public:
  enum class State { idle, opening, live, ended };

  Reader(Poller& poller, Tally& tally) noexcept : connection_(poller, *this), tally_(tally) {}

  /// From idle or ended. `target` must stay until the stream has ended.
  void open(const Target& target, const std::optional<in_addr>& source);
  /// Leaves, as a reader who closes the page; counts as no ending.
  void leave() noexcept;

  State state() const noexcept { return state_; }

 private:
  void on_bytes(std::size_t count) override { tally_.bytes += count; }
  void on_frame(const Frame& frame) override;
  void on_end(Ending ending) override;
  void enter(State state) noexcept;
  void count_first_event();

  Connection connection_;
  Tally& tally_;
  Instant started_;
  State state_ = State::idle;
  bool said_close_ = false;
};

}  // namespace sse::bench
