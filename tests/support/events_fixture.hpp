// EventsFixture: the endpoint of /events over a hub that is turned by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/events.hpp"
#include "support/hub_fixture.hpp"
#include "support/recording_exchange.hpp"

namespace worker::support {

struct EventsFixture : HubFixture {
  /// Stands in for another endpoint: answers with its name.
  struct Named final : http::Endpoint {
    explicit Named(std::string text) : name(std::move(text)) {}
    void serve(http::Exchange& exchange) override { exchange.answer({{200, {}}, name}); }
    const std::string name;
  };

  /// At most `slots_max` streams and long polls at once.
  explicit EventsFixture(std::size_t slots_max = 3) : slots(slots_max) {}

  /// GET /events with the query, and with the header Last-Event-ID unless it is empty.
  static http::Request request(const std::string& query, const std::string& last_event_id = {}) {
    http::Request made{.method = "GET", .path = "/events", .query = http::Query::parse(query)};
    if (!last_event_id.empty()) made.headers.emplace("last-event-id", last_event_id);
    return made;
  }
  std::unique_ptr<RecordingExchange> served(http::Request asked) {
    auto exchange = std::make_unique<RecordingExchange>(std::move(asked));
    endpoint().serve(*exchange);
    return exchange;
  }
  std::unique_ptr<RecordingExchange> asking(const std::string& query, const std::string& last_event_id = {}) {
    return served(request(query, last_event_id));
  }
  /// Both are made by the first use, out of the settings of that moment.
  api::StreamContext& context() {
    if (!context_) context_.emplace(loop.timers(), random, slots, streams, limits);
    return *context_;
  }
  api::EventsEndpoint& endpoint() {
    if (!endpoint_)
      endpoint_.emplace(context(), shard(), event_log().store(), grants(), templates,
                        api::Attendances(roster(), readers()), greeting, stats);
    return *endpoint_;
  }
  presence::Roster& roster() {
    if (!roster_) roster_.emplace(presence_settings, clock);
    return *roster_;
  }
  hooks::Readers& readers() {
    if (!readers_) readers_.emplace(hook_settings, "here", "abc", clock, hook_metrics);
    return *readers_;
  }
  api::Grants& grants() {
    if (!grants_) {
      const api::Grants::Shared shared{subscriber_tokens, publisher_tokens, resume_tokens, revocations,
                                       access_metrics};
      grants_.emplace(grant_settings, api::Grants::Limits{}, shared, loop.timers());
    }
    return *grants_;
  }

  base::Random random{1};
  api::StreamSlots slots;
  api::StreamSettings streams{.retry = std::chrono::seconds(3), .retry_jitter = std::chrono::seconds(0)};
  Named greeting{"greeting"};
  Named stats{"stats"};
  metrics::Limits limits{registry};
  log::TemplateCache templates;
  api::GrantSettings grant_settings;
  presence::Settings presence_settings;
  hooks::Settings hook_settings;
  hooks::Metrics hook_metrics{registry};
  access::TokenVerifier subscriber_tokens, publisher_tokens;
  access::ResumeTokens resume_tokens;
  api::Revocations revocations{clock};
  api::AccessMetrics access_metrics{registry};

 private:
  std::optional<presence::Roster> roster_;
  std::optional<hooks::Readers> readers_;
  std::optional<api::Grants> grants_;
  std::optional<api::StreamContext> context_;
  std::optional<api::EventsEndpoint> endpoint_;
};

}  // namespace worker::support
