// AddressCounts: how many streams each network (http/remote_address.hpp) holds, so that no network takes all
// slots. Owned by StreamSlots. Usable from every thread: one lock, taken when a stream begins or ends and not
// while it is open.
//
// Memory: one node of 80 bytes for each network with an open stream, and one for each IPv6 /48 with one;
// a node is freed with its last stream. So the table is bounded by the streams there may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "api/stream/recent_refusals.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/remote_address.hpp"

namespace worker::api {

class AddressCounts {
 public:
  class Count;
  /// A network and its counts. Lives as long as the network has an open stream.
  using Entry = std::pair<const http::Network, Count>;
  class Count {
    friend class AddressCounts;
    Entry* site_ = nullptr;  // the IPv6 /48 around it
    RecentRefusals refusals_;
    std::uint32_t open_ = 0;
  };
  /// Why a stream is refused: `network` holds `open` streams; that is `most` or, after a reload, more.
  struct Full {
    http::Network network;
    std::size_t open = 0;
    std::size_t most = 0;
    /// Refusals of this network in the last 10 to 20 s, including this one.
    std::size_t recent = 0;
  };
  /// Refusals since the last report.
  struct Report {
    std::size_t refused = 0;
    /// The latest refusal.
    Full last{};
  };

  /// All networks of one IPv6 /48 together may hold this many times the limit. Without this bound a household
  /// with a /56, which has 256 networks, could hold 256 times the limit.
  static constexpr std::size_t site_share = 4;

  /// `most` streams for each network; 0: without limit. Streams are counted also without a limit, so that a
  /// limit that a reload sets includes the streams that are open then.
  explicit AddressCounts(std::size_t most) : limit_(most) {}
  void set_limit(std::size_t most);

  /// Counts one more stream. The caller must call remove() once with the entry that it gets.
  base::Result<Entry*, Full> add(const http::Network& network, base::Instant now);
  void remove(Entry& entry);

  /// Networks with an open stream.
  std::size_t networks() const;
  /// Open streams of all networks.
  std::size_t streams() const;
  std::size_t limit() const;
  Report take_report();

 private:
  std::size_t most_of(const http::Network& network) const;
  Entry* full(const std::optional<http::Network>& network);
  Entry& added(const http::Network& network);
  void removed(Entry& entry);

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t limit_;
  std::map<http::Network, Count> counts_;
  std::size_t networks_ = 0;
  std::size_t streams_ = 0;
  Report report_;
};

}  // namespace worker::api
