// ExchangeRef: a request whose answer comes later, perhaps after its client has left. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "http/exchange.hpp"

namespace worker::api {

/// Refers to an exchange; null once that has ended.
struct ExchangeRef {
  http::Exchange* exchange;
};

/// Keeps `exchange` open until it is answered through the reference, or the client leaves. When the worker
/// stops, it gets `at_stop`; without one the answer is still awaited: what has begun is completed.
inline std::shared_ptr<ExchangeRef> answer_later(http::Exchange& exchange,
                                                 std::optional<http::Response> at_stop = {}) {
  class Pending final : public http::Source {
   public:
    Pending(std::shared_ptr<ExchangeRef> ref, std::optional<http::Response> at_stop)
        : ref_(std::move(ref)), at_stop_(std::move(at_stop)) {}
    ~Pending() override { ref_->exchange = nullptr; }
    void drain(std::chrono::milliseconds /*retry*/) override {
      if (at_stop_) ref_->exchange->answer(*at_stop_);
    }

   private:
    const std::shared_ptr<ExchangeRef> ref_;
    const std::optional<http::Response> at_stop_;
  };
  auto ref = std::make_shared<ExchangeRef>(ExchangeRef{&exchange});
  exchange.keep(std::make_unique<Pending>(ref, std::move(at_stop)));
  return ref;
}

}  // namespace worker::api
