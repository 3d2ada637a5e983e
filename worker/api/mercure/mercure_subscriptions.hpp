// GET /.well-known/mercure/subscriptions: the active subscriptions of this worker, for clients whose token
// covers the address. Of version 0.x, as JSON-LD, are below it `/{topic}` and `/{topic}/{subscriber}`;
// of 1.0, as JSON, `/{match_type}/{match}` and `/{match_type}/{match}/{subscriber}`. Each lists what was
// subscribed in its version; at the address itself that is the version of the token.
#pragma once

#include "api/access/grants.hpp"
#include "api/mercure/mercure_subscribers.hpp"
#include "api/mercure/settings.hpp"
#include "http/exchange.hpp"
#include "log/log.hpp"

namespace worker::api {

/// Loop thread only; one per loop. All is borrowed but the settings.
class MercureSubscriptionsEndpoint final : public http::Endpoint {
 public:
  /// A collection lists no more; its member `total` then has their number.
  static constexpr std::size_t listed_max = 10'000;

  MercureSubscriptionsEndpoint(const MercureSubscribers& subscribers, const log::Log& log,
                               const Grants& grants, const MercureSettings& settings)
      : subscribers_(subscribers), log_(log), grants_(grants), settings_(settings) {}

  void serve(http::Exchange& exchange) override;
  void update(const MercureSettings& settings) { settings_ = settings; }

 private:
  base::Result<Identity, http::Response> reader(const http::Request& request, std::string_view path) const;
  http::Response document(std::string_view path, const std::string& last_id, bool of_new_token) const;
  http::Response with_tag(int status, std::string body, const std::string& last_id, bool old) const;

  const MercureSubscribers& subscribers_;
  const log::Log& log_;
  const Grants& grants_;
  MercureSettings settings_;
};

}  // namespace worker::api
