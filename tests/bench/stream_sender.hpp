// StreamSender: publishes over a publish stream. It writes while fewer events than the plan allows wait for
// their answers, opens the stream again where it broke off, and ends it when all is answered.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "publish_stream.hpp"
#include "sender.hpp"
#include "stamp.hpp"

namespace sse::bench {

class StreamSender final : public Sender, private PublishStream::Owner {
 public:
  /// `number`: the connection's in the ledger. `topic`: what all its events have, by its place in the ledger;
  /// none: each the next one, and the lines name it.
  StreamSender(Poller& poller, const SenderContext& shared, std::size_t number,
               std::optional<std::size_t> topic);

  void prepare() override { stream_.open(query_); }
  bool ready() const noexcept override { return begun_ || failed_; }
  Instant free_at() const noexcept override;
  void send(Instant due) override;
  void finish() override;
  bool done() const noexcept override { return under_way_.empty() && !(finishing_ && stream_.is_open()); }

 private:
  void on_begin() override { begun_ = true; }
  void on_answer(std::string_view line, Instant at) override;
  void on_end(Ending ending, int status) override;

  const SenderContext shared_;
  const std::size_t number_;
  const std::optional<std::size_t> topic_;
  const std::string query_;
  PublishStream stream_;
  std::deque<Stamp> under_way_;
  Instant not_before_;
  bool begun_ = false;
  bool failed_ = false;
  bool finishing_ = false;
};

}  // namespace sse::bench
