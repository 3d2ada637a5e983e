// PublishStreamEndpoint: POST /publish/stream, a publish stream whose body and answers travel at the same
// time. The web server has to pass the body on as it comes: see sse-worker.publish-stream.conf for nginx. A
// request that is wrong is refused with a problem before its body is read.
#pragma once

#include "api/publish/publish_places.hpp"
#include "api/publish/publish_stream.hpp"
#include "api/publish/publishers.hpp"
#include "http/exchange.hpp"

namespace worker::api {

/// What the publish streams of all loops share. Usable from every thread; outlives the endpoints.
struct SharedPublishStreams {
  explicit SharedPublishStreams(metrics::Gauge& open) : places(open) {}

  PublishPlaces places;
  Writers writers{};
};

/// Owned by the reactor, which destroys it after the store is closed and after the streams are gone. Loop
/// thread only.
class PublishStreamEndpoint final : public http::Endpoint {
 public:
  /// Borrows everything but the settings. `unfinished` bounds what all streams keep of incomplete events.
  PublishStreamEndpoint(net::Loop& loop, store::Store& store, const Publishers& publishers, PublishRate& rate,
                        const PublishSettings& settings, PublishMetrics& metrics,
                        base::ByteBudget& unfinished, SharedPublishStreams& shared);

  bool streams_body(const http::Request& /*request*/) const override { return true; }
  void serve(http::Exchange& exchange) override;
  void update(const PublishSettings& settings) { settings_ = settings; }
  /// The streams of this loop.
  OpenPublishers& open() { return open_; }
  /// What the publish streams of this loop share, also those of the local publish socket.
  const PublishStreamContext& context() const { return context_; }

 private:
  void check_idle();

  const Publishers& publishers_;
  PublishSettings settings_;
  BodyTools tools_;
  OpenPublishers open_;
  FoundEvents found_;
  SharedPublishStreams& shared_;
  const PublishStreamContext context_;
  net::Timer idle_timer_;
};

}  // namespace worker::api
