// PublishEndpoint: POST /publish, and with another dialect other paths that publish. Appends an event, or a
// batch of them, to the store, and answers with their ids once they are stored. An event that is wrong, and a
// store that fails, are answered with a problem, or in a batch with a line for each event.
//
// It never blocks the loop for long: a large body is parsed on a background thread, and the events of a large
// batch are appended in parts, one in each turn of the loop. Events of other requests may come between two
// parts.
#pragma once

#include <memory>
#include <variant>

#include "api/publish/metrics.hpp"
#include "api/publish/publish_dialect.hpp"
#include "api/publish/publish_parser.hpp"
#include "api/publish/publish_rate.hpp"
#include "api/publish/publishers.hpp"
#include "api/publish/settings.hpp"
#include "http/exchange.hpp"
#include "net/background_thread.hpp"
#include "net/loop.hpp"
#include "store/store.hpp"

namespace worker::api {

/// Owned by the reactor, which destroys it after the store is closed: until then the store may call back.
/// Loop thread only.
class PublishEndpoint final : public http::Endpoint {
 public:
  /// Borrows everything but the settings.
  PublishEndpoint(net::Loop& loop, store::Store& store, const Publishers& publishers, PublishRate& rate,
                  const PublishSettings& settings, PublishMetrics& metrics);
  /// The same for another path than /publish.
  PublishEndpoint(net::Loop& loop, store::Store& store, std::unique_ptr<const PublishDialect> dialect,
                  PublishRate& rate, const PublishSettings& settings, PublishMetrics& metrics);

  void serve(http::Exchange& exchange) override;
  void update(const PublishSettings& settings) { settings_ = settings; }

 private:
  struct PendingPublish;

  std::optional<http::Response> rate_refusal(const Identity& identity, std::size_t events);
  void parse_in_background(http::Exchange& exchange, Identity identity);
  void append(const std::shared_ptr<PendingPublish>& pending);
  void on_appended(PendingPublish& pending, std::vector<store::Kept> kept);
  http::Response answer_of(const PendingPublish& pending) const;

  net::Loop& loop_;
  store::Store& store_;
  const std::unique_ptr<const PublishDialect> dialect_;
  PublishRate& rate_;
  PublishSettings settings_;
  PublishMetrics& metrics_;
  PublishParser parser_;
  std::size_t background_bytes_ = 0;  // of bodies that wait for the background thread or are parsed by it
  PublishParser background_parser_;   // for the background thread alone
  net::BackgroundThread background_;
};

}  // namespace worker::api
