// Publishing: the publishers of the run. Sends stamped events over several connections, at an even rate or as
// fast as they are answered, and writes into the ledger what was sent and what the hub said to it. Loop
// thread only; poller, ledger and deliveries outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "deliveries.hpp"
#include "ledger.hpp"
#include "poller.hpp"
#include "publish_body.hpp"
#include "publish_plan.hpp"
#include "sender.hpp"
#include "target.hpp"

namespace sse::bench {

class Publishing {
 public:
  Publishing(Poller& poller, const PublishPlan& plan, Target target, Ledger& ledger,
             const Deliveries& deliveries);
  Publishing(const Publishing&) = delete;
  Publishing& operator=(const Publishing&) = delete;

  /// How many connections the ledger has to know for each topic. A stream that has a topic of its own is the
  /// only one of its round that publishes under it.
  static std::size_t connections_per_topic(const PublishPlan& plan, std::size_t topics) noexcept;

  /// Connects those that connect before they have something to send.
  void prepare(Instant now);
  /// They have, or have failed, or it has taken too long: a server may answer no stream before its first
  /// line.
  bool ready(Instant now) const noexcept;
  /// When ready() becomes true at the latest.
  Instant ready_at() const noexcept { return ready_at_; }

  /// Sends what is due. Returns when to be called again; Instant::max() when only an answer or a delivery can
  /// change anything.
  Instant tick(Instant now);

  /// All was sent, and answered or failed.
  bool finished() const noexcept;
  bool wanted() const noexcept { return plan_.count > 0 || plan_.time.count() > 0; }
  const PublishPlan& plan() const noexcept { return plan_; }
  const PublishFigures& figures() const noexcept { return figures_; }

 private:
  std::unique_ptr<Sender> make_sender(Poller& poller, std::size_t number);
  std::optional<Instant> next_due(Instant now);
  Sender* free_sender(Instant now, Instant& free_at);

  const PublishPlan plan_;
  const Target target_;
  Ledger& ledger_;
  const Deliveries& deliveries_;
  PublishBody body_;
  PublishFigures figures_;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::size_t turn_ = 0;
  Instant ready_at_ = Instant::max();
  bool all_sent_ = false;
};

}  // namespace sse::bench
