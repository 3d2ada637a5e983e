// PostSender: publishes with one request after the other.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "post_connection.hpp"
#include "sender.hpp"
#include "stamp.hpp"

namespace sse::bench {

class PostSender final : public Sender, private PostConnection::Owner {
 public:
  /// `number`: the connection's in the ledger.
  PostSender(Poller& poller, const SenderContext& shared, std::size_t number)
      : shared_(shared), number_(number), connection_(poller, *this, shared.target) {}

  Instant free_at() const noexcept override { return connection_.idle() ? not_before_ : Instant::max(); }
  void send(Instant due) override;
  bool done() const noexcept override { return connection_.idle(); }

 private:
  void on_answer(PostConnection& connection, int status, std::string_view body) override;
  void on_failure(PostConnection& connection, Ending ending) override;
  void settle(const std::vector<bool>& kept);

  const SenderContext shared_;
  const std::size_t number_;
  PostConnection connection_;
  std::vector<Stamp> under_way_;
  Instant due_;
  Instant not_before_;
};

}  // namespace sse::bench
