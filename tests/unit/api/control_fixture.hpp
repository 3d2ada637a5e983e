// ControlFixture: the endpoint /control before a store of the test's choice, on one loop that is turned by
// hand.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/control.hpp"
#include "log/log.hpp"
#include "support/manual_clock.hpp"
#include "support/recording_exchange.hpp"

namespace worker::api {

template <class Store>
struct ControlFixture {
  ControlFixture() { all.push_back({&loop, &streams, &publishers}); }

  std::unique_ptr<support::RecordingExchange> asked(const std::string& body) { return served(request(body)); }
  static http::Request request(const std::string& body) {
    http::Request made{.method = "POST",
                       .path = "/control",
                       .content_type = "application/json",
                       .remote_address = http::RemoteAddress::parse("127.0.0.1"),
                       .body = body};
    made.headers.emplace("host", "localhost");
    return made;
  }
  std::unique_ptr<support::RecordingExchange> served(http::Request request) {
    auto exchange = std::make_unique<support::RecordingExchange>(std::move(request));
    endpoint.serve(*exchange);
    return exchange;
  }

  support::ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  AccessMetrics metrics{registry};
  Revocations revocations{clock};
  access::TokenVerifier no_tokens;
  access::ResumeTokens no_resume;
  Grants grants{{}, {}, {no_tokens, no_tokens, no_resume, revocations, metrics}, loop.timers()};
  Access access;
  OpenStreams streams;
  OpenPublishers publishers;
  log::Log log{{}, "e", clock};
  Store store{log};
  AllOpenStreams all;
  ControlEndpoint endpoint{loop, store, all, access, grants, revocations};
};

}  // namespace worker::api
