// PublishStreamFixture: publish streams before a store of the test's choice, each with a client that keeps
// what it gets.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/publish/publish_stream.hpp"
#include "log/log.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

namespace worker::support {

struct RecordingClient final : api::PublishStream::Client {
  void write(std::string_view lines) override { got += lines; }
  void write_now(std::string_view line) override { got += line; }
  void finish(std::string_view last_lines) override {
    got += last_lines;
    got += "END";
  }
  bool ready() const override { return !full; }
  bool may_be_stuck() const override { return stuck; }
  void hold() override { got += "<"; }
  void resume() override { got += ">"; }

  /// What has come since the last call: lines, `<` for hold(), `>` for resume(), and `END`.
  std::string news() { return std::exchange(got, {}); }

  std::string got;
  /// Set it to play a client that does not read.
  bool full = false;
  /// Its bytes may be stuck on their way.
  bool stuck = false;
};

template <class Store>
struct PublishStreamFixture {
  struct Publisher {
    RecordingClient client{};
    std::shared_ptr<api::PublishStream> stream{};

    ~Publisher() {
      if (stream) stream->leave();
    }
    std::string take(std::string_view piece) {
      stream->take(piece);
      return client.news();
    }
    std::string end(bool whole = true) {
      stream->end(whole);
      return client.news();
    }
  };

  /// Parameters of a stream of text lines, with the topics of its events.
  static api::StreamParameters lines(const std::string& topics = "t") {
    return {.format = api::StreamParameters::Format::text_lines, .defaults = {.topics = words(topics)}};
  }
  /// The same for a stream that closes its topic, or publishes `died` if it is cut.
  static api::StreamParameters closing() {
    auto parameters = lines();
    parameters.close_topics = true;
    parameters.abort_type = std::make_shared<const std::string>("died");
    return parameters;
  }
  std::unique_ptr<Publisher> publisher(api::StreamParameters parameters = {.defaults = {.topics = {"t"}}},
                                       const api::Identity& identity = {},
                                       std::optional<base::Instant> grant_ends = {}) {
    auto made = std::make_unique<Publisher>();
    made->stream =
        std::make_shared<api::PublishStream>(context, made->client, identity, std::move(parameters));
    made->stream->begin(grant_ends);
    return made;
  }
  static api::Identity granted(const std::string& publish, std::string subject = "alice") {
    return {std::make_shared<const access::Grant>(
        access::Grant{.subject = std::move(subject), .publish = selectors(publish)})};
  }
  void turn() { loop.run_ready(); }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    turn();
  }
  std::string frames() const {
    std::string all;
    for (const auto& entry : log.read_all(0, 100'000)) all += entry->frame();
    return all;
  }

  ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  api::PublishMetrics metrics{registry};
  api::PublishSettings settings;
  api::PublishRate rate{0};
  api::BodyTools tools;
  base::ByteBudget unfinished;
  api::Writers writers;
  api::OpenPublishers open;
  api::FoundEvents found;
  log::Log log{{}, "e", clock};
  Store store{log};
  const api::PublishStreamContext context{loop,  store,      rate,    settings, metrics,
                                          tools, unfinished, writers, open,     found};
};

inline std::string id_line(const std::string& id) { return "{\"id\":\"" + id + "\"}\n"; }
inline std::string error_line(const std::string& text, bool retry = false) {
  return "{\"error\":\"" + text + (retry ? "\",\"retry\":true}\n" : "\"}\n");
}
/// The answers `e-FIRST` to `e-LAST`.
inline std::string id_lines(int first, int last) {
  std::string all;
  for (int i = first; i <= last; ++i) all += id_line("e-" + std::to_string(i));
  return all;
}

}  // namespace worker::support
