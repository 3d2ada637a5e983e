// Sender: one connection that publishes; and what all of them share. Loop thread only. Belongs to the
// publishing, which outlives it.
#pragma once

#include "ledger.hpp"
#include "poller.hpp"
#include "publish_body.hpp"
#include "publish_plan.hpp"
#include "target.hpp"

namespace sse::bench {

struct SenderContext {
  const PublishPlan& plan;
  const Target& target;
  Ledger& ledger;
  PublishBody& body;
  PublishFigures& figures;
};

class Sender {
 public:
  virtual ~Sender() = default;

  /// Connects already, where that is worth while; ready() tells when it has.
  virtual void prepare() {}
  virtual bool ready() const noexcept { return true; }
  /// When it can take more: a moment that may be over, or Instant::max() when only an answer can tell.
  virtual Instant free_at() const noexcept = 0;
  /// When it can take more: sends `plan.batch` events, or as many as there are still to send.
  virtual void send(Instant due) = 0;
  /// Nothing more is to be sent.
  virtual void finish() {}
  /// All that was sent is answered, or has failed; and after finish() its connection has nothing more to
  /// tell.
  virtual bool done() const noexcept = 0;
};

}  // namespace sse::bench
