// Peers: the other workers of a cluster, and their readers, as their messages say (state_message.hpp). It
// enters these into the roster. Each worker has one; all apply the same messages in the same order.
//
// A peer is present from the first message that is read of it until one says that it has left, or that its
// lease has ended. No other worker's clock is looked at: a peer is silent when this worker has read back
// silent_beats of its own beats, one a second, and meanwhile nothing of the peer. So the time in which the
// log cannot be reached does not count.
//
// Memory: for each topic that a peer announces a node, and one for each subject that it names, at most
// Settings::names_max in a topic. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "presence/roster.hpp"
#include "presence/state_message.hpp"

namespace worker::presence {

class Peers {
 public:
  static constexpr int silent_beats = 5;
  static constexpr std::uint64_t no_rank = std::numeric_limits<std::uint64_t>::max();

  /// The roster outlives it.
  explicit Peers(Roster& roster) : roster_(roster) {}

  /// The leases of these have ended, as this worker or another one has said.
  void end(const std::vector<std::string>& names);
  /// A message of another worker; `number`: of the message.
  void apply(const StateMessage& message, std::uint64_t number);
  /// What comes under this name has been under way for too long.
  void ignore(const std::string& name);
  /// A beat of this worker has been read back. Ends peers that have been silent since messages were lost.
  void on_own_beat();
  /// Messages were lost: what is known holds until the peers have announced it anew, or are silent.
  void on_loss();

  std::size_t size() const { return peers_.size(); }
  /// The least of their ranks; no_rank if there is none.
  std::uint64_t lowest_rank() const;
  /// Of those that are not silent.
  std::uint64_t lowest_awake_rank() const;
  std::vector<std::string> silent() const;

 private:
  // The readers of one topic.
  struct Part {
    std::size_t nameless = 0;
    bool unnamed = false;  // it does not tell its names
    std::map<std::string, Roster::Visit, std::less<>> named{};
    unsigned round = 0;
  };
  struct Peer {
    std::uint64_t rank = 0;
    int silence = 0;
    bool is_known = false;  // it has begun to announce its part
    unsigned round = 0;     // of such announcements
    std::map<std::string, Part, std::less<>> parts{};
  };

  void join(const StateMessage& message, std::uint64_t number);
  void end(const std::string& name, bool in_good_order);
  void apply(Peer& peer, const Change& change);
  void set_nameless(const std::string& topic, Part& part, std::size_t nameless, bool unnamed);
  void sweep(Peer& peer);

  Roster& roster_;
  std::map<std::string, Peer, std::less<>> peers_;
  std::deque<std::string> ended_;  // the last names: what such a worker had under way is not its return
};

}  // namespace worker::presence
