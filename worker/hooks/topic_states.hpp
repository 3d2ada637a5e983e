// TopicStates: which topics have readers, and what of it the receiver of hooks does not know yet. A value
// with time passed in; no lock: Readers guards it.
//
// What counts is the newest state. A topic is queued while its state differs from what the receiver knows, so
// a topic that is vacated and occupied again within the grace time, or while the receiver is down, is never
// mentioned. forget_all() lets the receiver's knowledge begin anew: every topic with readers is then told
// once more, in slices, without a pass over all topics at once.
//
// Memory: a node for each topic that has readers or that the receiver believes to have some.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace worker::hooks {

class TopicStates {
  struct State;
  using NamedState = std::pair<const std::string, State>;

 public:
  /// A topic or pattern that somebody reads; stays valid until leave().
  using Place = NamedState*;

  /// A change that the receiver has to learn of.
  struct Change {
    const std::string& topic() const { return place->first; }

    Place place;
    bool occupied;
    base::WallTime at;  // when it became so
    std::uint32_t generation;
  };

  static constexpr std::size_t default_leaving_max = 100'000;
  /// About what a topic takes, beside its name.
  static constexpr std::size_t topic_bytes = 256;

  /// `leaving_max`: topics without readers that are remembered for the receiver. leave() says when there are
  /// more.
  explicit TopicStates(std::chrono::milliseconds grace, std::size_t leaving_max = default_leaving_max)
      : grace_(grace), leaving_max_(leaving_max) {}

  void set_grace(std::chrono::milliseconds grace) { grace_ = grace; }

  Place enter(std::string_view topic, const base::Clock& clock);
  /// False: too many topics without readers are remembered. forget_all() then frees them.
  [[nodiscard]] bool leave(Place place, const base::Clock& clock);

  /// The receiver knows of no topic, whatever it has got and will get of changes that have been taken.
  void forget_all();

  /// When take() has something; none: not before the next call of enter() or leave().
  std::optional<base::Instant> due() const;
  /// Changes that wait, including those that are not due yet.
  std::size_t waiting() const { return queue_.size(); }
  std::size_t topics() const { return topics_.size(); }
  std::size_t occupied() const { return topics_.size() - leaving_; }

  /// At most `count_max` changes that are due, of about `bytes_max` bytes of names; none or all of them may
  /// be left where topics are looked at after forget_all(). They are to be settled before the next call, and
  /// their places stay valid until then.
  std::vector<Change> take(base::Instant now, std::size_t count_max, std::size_t bytes_max);
  /// The receiver knows of `changes`, unless forget_all() was called after they were taken.
  void settle(const std::vector<Change>& changes, base::Instant now);

 private:
  /// When a topic is due, and its place among those of the same moment.
  using Turn = std::pair<base::Instant, std::uint64_t>;

  struct State {
    std::size_t readers = 0;
    base::WallTime at{};  // when it was occupied, or vacated
    // What the receiver believes, of this generation of its knowledge.
    bool known_occupied = false;
    std::uint32_t generation = 0;
    std::optional<bool> taken{};  // the state in a change that is not settled
    std::optional<Turn> queued{};
  };

  bool is_known_occupied(const State& state) const {
    return state.known_occupied && state.generation == generation_;
  }
  void update_queue(NamedState& place, base::Instant now);
  void unqueue(NamedState& place);
  void discard_if_over(NamedState& place);
  void walk(base::Instant now, std::size_t count_max);

  std::chrono::milliseconds grace_;
  const std::size_t leaving_max_;
  std::map<std::string, State, std::less<>> topics_;
  std::map<Turn, NamedState*> queue_;
  std::uint64_t queued_ = 0;  // so far
  std::size_t leaving_ = 0;   // topics without readers
  std::uint32_t generation_ = 0;
  // After forget_all(): topics from this name on have not been queued again yet.
  std::optional<std::string> walk_from_{};
};

}  // namespace worker::hooks
