// ExchangeRef: a request whose answer comes later, perhaps after its client has left. Loop thread only.
#pragma once

#include <memory>
#include <utility>

#include "http/exchange.hpp"

namespace worker::api {

/// Refers to an exchange; null once that has ended.
struct ExchangeRef {
  http::Exchange* exchange;
};

/// Keeps `exchange` open until it is answered through the reference, or the client leaves. When the worker
/// stops, the answer is still awaited: what has begun is completed.
inline std::shared_ptr<ExchangeRef> answer_later(http::Exchange& exchange) {
  class Pending final : public http::Source {
   public:
    explicit Pending(std::shared_ptr<ExchangeRef> ref) : ref_(std::move(ref)) {}
    ~Pending() override { ref_->exchange = nullptr; }
    void drain(std::chrono::milliseconds /*retry*/) override {}

   private:
    const std::shared_ptr<ExchangeRef> ref_;
  };
  auto ref = std::make_shared<ExchangeRef>(ExchangeRef{&exchange});
  exchange.keep(std::make_unique<Pending>(ref));
  return ref;
}

}  // namespace worker::api
