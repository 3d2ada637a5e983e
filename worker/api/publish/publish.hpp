// POST /publish: takes an event, or a batch of them, into the store, and answers with their ids once they
// are kept.
//
// Nothing of it holds the loop for long: a large body is read on a thread of its own, and the events of a
// large batch are appended in parts, each in a turn of its own. Events of others may come between two parts.
#pragma once

#include <memory>
#include <variant>

#include "api/publish/metrics.hpp"
#include "api/publish/publish_parser.hpp"
#include "api/publish/settings.hpp"
#include "http/exchange.hpp"
#include "net/background_thread.hpp"
#include "net/loop.hpp"
#include "store/store.hpp"

namespace worker::api {

/// Loop thread only; one per loop.
class PublishEndpoint final : public http::Endpoint {
 public:
  PublishEndpoint(net::Loop& loop, store::Store& store, const PublishSettings& settings,
                  PublishMetrics& metrics);

  void serve(http::Exchange& exchange) override;
  void update(const PublishSettings& settings) { settings_ = settings; }

 private:
  using Read = std::variant<PublishRequest, http::Response>;
  struct ExchangeRef;
  struct PendingPublish;
  class PendingResponse;

  bool is_authorized(const http::Request& request) const;
  static std::shared_ptr<ExchangeRef> wait(http::Exchange& exchange);
  void parse_in_background(http::Exchange& exchange);
  void append(const std::shared_ptr<PendingPublish>& appending);
  void take(PendingPublish& appending, std::vector<store::Kept> kept);
  http::Response answer_of(const PendingPublish& appending) const;

  net::Loop& loop_;
  store::Store& store_;
  PublishSettings settings_;
  PublishMetrics& metrics_;
  PublishParser parser_;
  PublishParser background_parser_;  // of the side thread
  std::size_t background_bytes_ = 0;
  net::BackgroundThread background_;
};

}  // namespace worker::api
