// PublishStreamEndpointFixture: the endpoint before a store of the test's choice, and requests that a test
// feeds by hand.
#pragma once

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/publish/publish_stream_endpoint.hpp"
#include "support/recording_exchange.hpp"
#include "unit/api/publish/publish_stream_fixture.hpp"
#include "unit/api/publish/stores.hpp"

namespace worker::support {

using namespace std::chrono_literals;

template <class Store>
struct EndpointFixture {
  struct Request {
    explicit Request(http::Request request) : exchange(std::move(request)) {}
    std::string send(std::string_view piece) {
      exchange.source->on_body(piece);
      return exchange.news();
    }
    std::string end() {
      exchange.source->on_body_end();
      return exchange.news();
    }
    RecordingExchange exchange;
  };

  api::PublishStreamEndpoint& endpoint() {
    if (!endpoint_) endpoint_.emplace(loop, store, publishers, rate, settings, metrics, unfinished, shared);
    return *endpoint_;
  }
  std::unique_ptr<Request> request(std::string_view query, http::Request from = {}) {
    from.method = "POST";
    from.path = "/publish/stream";
    from.query = http::Query::parse(query);
    // Text that is answered as NDJSON is.
    if (from.content_type.empty()) from.content_type = "text/plain";
    if (!from.query.first("answers")) from.query.add("answers", "auto");
    auto made = std::make_unique<Request>(std::move(from));
    endpoint().serve(made->exchange);
    return made;
  }
  static http::Request granted(const std::string& grant) {
    http::Request request;
    request.grant = grant;
    return request;
  }
  /// The status and the sentence of a refusal.
  static std::string refusal(const Request& request) {
    if (!request.exchange.finished) return "none";
    const auto body = request.exchange.body();
    const std::string mark = "\"detail\":\"";
    const auto begin = body.find(mark) + mark.size();
    return fmt::format("{} {}", request.exchange.head->status, body.substr(begin, body.rfind('"') - begin));
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    loop.run_ready();
  }

  ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  api::PublishMetrics metrics{registry};
  api::PublishSettings settings;
  api::Access access;
  access::TokenVerifier tokens;
  access::ResumeTokens resume;
  api::Revocations revocations{clock};
  api::AccessMetrics access_metrics{registry};
  api::Grants grants{{}, {}, {tokens, tokens, resume, revocations, access_metrics}, loop.timers()};
  api::Publishers publishers{access, grants};
  api::PublishRate rate{0};
  base::ByteBudget unfinished;
  api::SharedPublishStreams shared{metrics.streams};
  log::Log log{{}, "e", clock};
  Store store{log};

 private:
  std::optional<api::PublishStreamEndpoint> endpoint_;
};

struct EndpointAtOnce : EndpointFixture<store::MemoryStore> {};
struct EndpointLater : EndpointFixture<LateStore> {};

inline const std::string answers_head =
    "Status: 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store, no-transform\r\n"
    "X-Accel-Buffering: no\r\n\r\n";
inline constexpr auto first_pause = 5ms;

inline std::string lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += "line\n";
  return all;
}

}  // namespace worker::support
