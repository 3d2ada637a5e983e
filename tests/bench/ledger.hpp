// Ledger: what was published, lane by lane, and what of it the hub has acknowledged: the measure of what
// every reader must have. Written by the publishing, read by the fleet; loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stamp.hpp"

namespace sse::bench {

class Inbox;

class Ledger {
 public:
  /// Every connection may publish under every topic. A topic named twice counts once.
  Ledger(const std::vector<std::string>& topics, std::size_t connections);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  const std::vector<std::string>& topics() const noexcept { return topics_; }

  /// One more reader gets all that matches; its selectors may overlap. Before anything is published.
  void add_reader(const std::vector<std::string>& selectors);

  /// Number and lane for the next event; `due` is left to the caller.
  Stamp next(std::size_t connection, std::size_t topic);
  void acknowledge(const Stamp& stamp) { expected_ += audience_[topic_of(stamp.lane)]; }
  /// It was refused, or nobody knows: a reader may have it or not.
  void doubt(const Stamp& stamp);

  /// Deliveries that make everything acknowledged known to every reader.
  std::uint64_t expected() const noexcept { return expected_; }
  /// The same for everything sent.
  std::uint64_t sent() const noexcept { return sent_; }

  /// What a reader of these selectors should have and has not.
  std::uint64_t lost(const std::vector<std::string>& selectors, const Inbox& inbox) const;

 private:
  struct Lane {
    std::uint32_t sent = 0;
    std::vector<std::uint32_t> doubtful;
  };

  std::size_t topic_of(std::uint32_t lane) const noexcept { return lane % topics_.size(); }
  /// Ascending, each once.
  std::vector<std::size_t> matching(const std::vector<std::string>& selectors) const;
  std::uint64_t lost(std::uint32_t lane, const Inbox& inbox) const;

  std::vector<std::string> topics_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // views into topics_
  std::vector<std::uint64_t> audience_;                        // by topic
  std::vector<Lane> lanes_;                                    // connection after connection, by topic
  std::uint64_t expected_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace sse::bench
