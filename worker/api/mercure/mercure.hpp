// GET, QUERY and POST /.well-known/mercure: the Mercure protocol, whose subscribers and publishers share the
// log with those of /events and /publish. Versions 0.x and 1.0: they differ in the names of parameters and in
// the tokens.
#pragma once

#include "api/access/grants.hpp"
#include "api/events.hpp"
#include "api/mercure/mercure_subscribers.hpp"
#include "api/mercure/settings.hpp"
#include "api/publish/publish.hpp"
#include "api/stream/stream_context.hpp"
#include "http/exchange.hpp"
#include "log/template_cache.hpp"

namespace worker::api {

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class MercureEndpoint final : public http::Endpoint {
 public:
  static constexpr const char* path = "/.well-known/mercure";

  /// `publish` has a MercureDialect. `grants` are those of tokens for this protocol.
  MercureEndpoint(StreamContext& streams, EventsEndpoint& events, const Grants& grants,
                  http::Endpoint& publish, log::TemplateCache& templates, MercureSubscribers& subscribers,
                  const MercureSettings& settings)
      : streams_(streams),
        events_(events),
        grants_(grants),
        publish_(publish),
        templates_(templates),
        subscribers_(subscribers),
        settings_(settings) {}

  void serve(http::Exchange& exchange) override;
  void update(const MercureSettings& settings) { settings_ = settings; }

 private:
  base::Result<SubscribeRequest, http::Response> subscription_of(const http::Request& request) const;

  StreamContext& streams_;
  EventsEndpoint& events_;
  const Grants& grants_;
  http::Endpoint& publish_;
  log::TemplateCache& templates_;
  MercureSubscribers& subscribers_;
  MercureSettings settings_;
};

}  // namespace worker::api
