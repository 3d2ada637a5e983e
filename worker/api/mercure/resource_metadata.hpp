// GET /.well-known/oauth-protected-resource/.well-known/mercure: what a client can learn of the tokens that
// the hub takes (RFC 9728, "Protected Resource Metadata" of the specification), where the hub knows its
// address.
#pragma once

#include <string>

#include "api/mercure/settings.hpp"
#include "http/exchange.hpp"

namespace worker::api {

/// Loop thread only; one per loop.
class ResourceMetadataEndpoint final : public http::Endpoint {
 public:
  static constexpr const char* path = "/.well-known/oauth-protected-resource/.well-known/mercure";

  explicit ResourceMetadataEndpoint(const MercureSettings& settings) : settings_(settings) {}

  void serve(http::Exchange& exchange) override;
  void update(const MercureSettings& settings) { settings_ = settings; }

 private:
  MercureSettings settings_;
};

/// The public address of that document; empty where `hub`, the address of the hub, is.
std::string resource_metadata_address(const std::string& hub);

}  // namespace worker::api
