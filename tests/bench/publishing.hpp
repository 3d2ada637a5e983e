// Publishing: the publishers of the run. Posts stamped events over several connections, at an even rate or as
// fast as they are answered, and writes into the ledger what was sent and what the hub said to it. Loop
// thread only; poller, ledger and deliveries outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "deliveries.hpp"
#include "histogram.hpp"
#include "ledger.hpp"
#include "poller.hpp"
#include "post_connection.hpp"
#include "publish_body.hpp"
#include "target.hpp"

namespace sse::bench {

struct PublishPlan {
  /// Events in all; 0: no such end.
  std::uint64_t count = 0;
  /// What is due until then is sent; 0: no such end. With neither, nothing is published.
  std::chrono::milliseconds time{0};
  /// Events per second, kept up however slow the server is: what it delays is late. 0: a connection posts
  /// again when it is answered.
  std::uint64_t rate = 0;
  /// Events in one request.
  std::uint64_t batch = 1;
  std::size_t connections = 4;
  std::size_t data_size = 100;
  PublishAs as = PublishAs::json;
  /// Sending pauses while more deliveries than this are on their way; 0: it does not.
  std::uint64_t deliveries_ahead_max = 0;
};

class Publishing {
 public:
  struct Figures {
    std::uint64_t requests = 0;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    /// Requests by what became of them, where that was no status 200.
    std::map<std::string, std::uint64_t> errors;
    /// From when a request was due to its whole answer.
    Histogram answer;
    std::optional<Instant> first_sent;
    std::optional<Instant> last_answer;
  };

  Publishing(Poller& poller, const PublishPlan& plan, Target target, Ledger& ledger,
             const Deliveries& deliveries);

  /// Posts what is due. Returns when to be called again; Instant::max() when only an answer or a delivery can
  /// change anything.
  Instant tick(Instant now);

  /// All was sent, and answered or failed.
  bool finished() const noexcept { return !wanted() || (all_sent_ && under_way_ == 0); }
  bool wanted() const noexcept { return plan_.count > 0 || plan_.time.count() > 0; }
  const PublishPlan& plan() const noexcept { return plan_; }
  const Figures& figures() const noexcept { return figures_; }

 private:
  class Sender final : public PostConnection::Owner {
   public:
    Sender(Poller& poller, Publishing& all, std::size_t number);
    bool free(Instant now) const noexcept { return connection_.idle() && now >= not_before_; }
    void post(Instant due);

   private:
    void on_answer(PostConnection& connection, int status, std::string_view body) override;
    void on_failure(PostConnection& connection, Ending ending) override;
    void settle(const std::vector<bool>& kept);

    Publishing& all_;
    const std::size_t number_;
    PostConnection connection_;
    std::vector<Stamp> under_way_;
    Instant due_;
    Instant not_before_;
  };

  std::optional<Instant> next_due(Instant now);
  Sender* free_sender(Instant now);

  const PublishPlan plan_;
  const Target target_;
  Ledger& ledger_;
  const Deliveries& deliveries_;
  PublishBody body_;
  std::deque<Sender> senders_;  // a deque, because they are watched by address
  std::size_t turn_ = 0;
  std::uint64_t under_way_ = 0;
  bool all_sent_ = false;
  Figures figures_;
};

}  // namespace sse::bench
