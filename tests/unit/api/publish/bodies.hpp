// Bodies: what a publish stream makes of a body that comes in pieces, as text that a test compares.
#pragma once

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/publish/streamed_body.hpp"
#include "unit/api/publish/drafts.hpp"

namespace worker::support {

using Format = StreamParameters::Format;
using Pieces = std::vector<std::string_view>;

/// One line for each event: `line 1: <topic> data`, or the status and the sentence.
struct RecordingSink final : DraftSink {
  void add(BodyPart kind, std::size_t number, DraftResult draft) override {
    text += fmt::format("{} {}: {}\n", name_of(kind), number, told(draft));
  }
  std::string text;
};

struct BodyFixture {
  /// What becomes of `pieces`, and at the end `well` or `cut`.
  std::string of(const Pieces& pieces) {
    parameters.format = format;
    const auto body = streamed_body({settings, parameters, tools, unfinished});
    RecordingSink sink;
    for (const auto piece : pieces) body->take(piece, sink);
    const auto end = body->finish(sink);
    return sink.text + (end == StreamedBody::End::well ? "well" : "cut");
  }
  /// Whether the body that has got `text` waits for the rest of an event.
  bool is_inside_event(std::string_view text) {
    parameters.format = format;
    const auto body = streamed_body({settings, parameters, tools, unfinished});
    RecordingSink sink;
    body->take(text, sink);
    return body->is_inside_event();
  }
  std::string of(std::string_view whole) { return of(Pieces{whole}); }
  /// Every split in two, and byte by byte, gives what the whole gives.
  void check_splits(std::string_view text) {
    const auto expected = of(text);
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const auto split = of({text.substr(0, i), text.substr(i)});
      BOOST_TEST_REQUIRE(split == expected, "split at " << i << " gives " << split << "\nnot " << expected);
    }
    Pieces bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    BOOST_TEST_REQUIRE(of(bytes) == expected);
    BOOST_TEST(unfinished.used() == 0U);
  }

  Format format = Format::ndjson;
  PublishSettings settings;
  StreamParameters parameters{.defaults = {.topics = {"t"}}};
  BodyTools tools;
  base::ByteBudget unfinished;
};

}  // namespace worker::support
