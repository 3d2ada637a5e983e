// Fleet: the streams of the run. Opens them at an even rate, or as fast as the server takes them, keeps them,
// and brings them back. Loop thread only; the poller outlives it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "poller.hpp"
#include "reader.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

struct FleetPlan {
  std::uint64_t streams = 1;
  /// Opens per second, kept up however slow the server is, so that its delays show as such. 0: no rate; a
  /// stream is opened whenever fewer than in_flight_max wait for their first event.
  std::uint64_t rate = 0;
  std::uint64_t in_flight_max = 256;
  /// What every stream subscribes to; {n} is its number, modulo `numbers` if that is given. None: greetings.
  std::vector<std::string> topics;
  std::uint64_t numbers = 0;
  /// Each leaves with so many events, until bring_back(); 0: they stay.
  std::uint64_t leave_after = 0;
  /// A stream that broke off comes back after the delay it was told, as browsers do.
  bool reconnect = false;
  Protocol protocol = Protocol::sse;
  TopicsAs topics_as = TopicsAs::repeated;
  /// After each read a stream takes nothing for so long.
  std::chrono::milliseconds pause{};
};

class Fleet final : private Reader::Listener {
 public:
  /// `http2`: the connections of the streams, or none for HTTP/1.1; it outlives the fleet.
  Fleet(Poller& poller, const FleetPlan& plan, Target target, SourceAddresses sources, Http2Pool* http2);

  /// Opens what is due. Returns when to be called again; Instant::max() when only an answer can change
  /// anything.
  Instant tick(Instant now);

  /// Once all have left: opens them again, each with its cursor.
  void bring_back();
  /// None where they were not brought back.
  std::optional<Instant> brought_back_at() const noexcept { return brought_back_at_; }

  /// Every stream was opened, and has had its first event or failed.
  bool settled() const noexcept { return opened_ == plan_.streams && tally_.opening == 0; }
  bool all_ended() const noexcept { return settled() && tally_.live == 0; }
  const Tally& tally() const noexcept { return tally_; }
  std::uint64_t reconnects() const noexcept { return reconnects_; }

  void enter_into(Ledger& ledger) const;
  /// Deliveries of acknowledged events that never came, over all readers.
  std::uint64_t lost(const Ledger& ledger) const;

 private:
  struct Return {
    Instant at;
    Reader* reader;
    bool operator>(const Return& other) const noexcept { return at > other.at; }
  };

  void on_broken(Reader& reader) override;
  Instant reopen_broken(Instant now);
  std::uint64_t due(Instant now) const noexcept;

  Poller& poller_;
  const FleetPlan plan_;
  const Target target_;
  SourceAddresses sources_;
  Tally tally_;
  std::deque<Reader> readers_;       // a deque, because readers are watched by address
  std::uint64_t opened_ = 0;         // of this wave
  std::optional<Instant> began_at_;  // this wave
  std::optional<Instant> brought_back_at_;
  std::priority_queue<Return, std::vector<Return>, std::greater<>> broken_;
  std::uint64_t reconnects_ = 0;
};

}  // namespace sse::bench
