// Publishing: a publish endpoint before a store of the test's choice, and what it answers as text.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "api/publish/publish.hpp"
#include "log/log.hpp"
#include "support/manual_clock.hpp"
#include "support/recording_exchange.hpp"

namespace worker::support {

template <class Store>
struct PublishFixture {
  void serve(RecordingExchange& exchange) {
    if (!endpoint_) endpoint_.emplace(loop, store, publishers, rate, settings, metrics);
    access.update(settings.key, {});
    endpoint_->update(settings);
    endpoint_->serve(exchange);
  }
  static http::Request request(std::string content_type, std::string body) {
    return {.method = "POST",
            .path = "/publish",
            .content_type = std::move(content_type),
            .body = std::move(body)};
  }
  /// `STATUS TYPE|BODY`
  static std::string told(const RecordingExchange& exchange) {
    if (!exchange.finished) return "nothing";
    std::string type;
    for (const auto& [name, value] : exchange.head->headers) {
      if (name == "Content-Type") type = value;
    }
    return fmt::format("{} {}|{}", exchange.head->status, type, exchange.body());
  }
  std::string publish(const std::string& content_type, const std::string& body) {
    RecordingExchange exchange(request(content_type, body));
    serve(exchange);
    wait_for(exchange);
    return told(exchange);
  }
  /// Until it is answered: a body may be read on another thread, and events appended over several turns.
  void wait_for(const RecordingExchange& exchange) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!exchange.finished && std::chrono::steady_clock::now() < deadline) {
      loop.run_ready();
      std::this_thread::yield();
    }
  }
  std::string form(const std::string& body) { return publish("application/x-www-form-urlencoded", body); }
  std::string json(const std::string& body) { return publish("application/json", body); }
  std::string batch(const std::string& body) { return publish("application/x-ndjson", body); }
  std::string frames() const {
    std::string all;
    for (const auto& entry : log.read_all(0, 1'000)) all += entry->frame();
    return all;
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
  log::Log log{{}, "e", clock};
  Store store{log};

 private:
  std::optional<api::PublishEndpoint> endpoint_;
};

inline std::string kept(const std::string& id) { return "200 application/json|{\"id\":\"" + id + "\"}\n"; }

inline std::string refused(int status, const std::string& title, const std::string& detail) {
  return fmt::format(
      "{0} "
      "application/"
      "problem+json|{{\"type\":\"about:blank\",\"title\":\"{1}\",\"status\":{0},\"detail\":\"{2}\"}}\n",
      status, title, detail);
}

}  // namespace worker::support
