// Random bodies in random pieces: each format makes the same of them as of the whole.
#include <random>

#include "base/utf8.hpp"
#include "unit/api/publish/bodies.hpp"

using namespace worker::support;
using namespace std::string_view_literals;

namespace {

constexpr int bodies = 4'000;
constexpr int splits = 4;

struct Fixture : BodyFixture {
  Fixture() {
    settings.event_bytes_max = 40;
    settings.body_bytes_max = 60;
  }

  std::size_t below(std::size_t bound) { return random() % bound; }
  /// What the formats look at, and what has broken parsers before.
  std::string body() {
    constexpr std::string_view parts[] = {"\n",
                                          "\r",
                                          "\r\n",
                                          "\n\n",
                                          "\xef\xbb\xbf",
                                          "\xef",
                                          "\xbb",
                                          "{",
                                          "}",
                                          "\"",
                                          "data:",
                                          "data: x\n\n",
                                          "event: e\n",
                                          "id: 1",
                                          ":",
                                          " ",
                                          "retry: 5\n",
                                          "\0"sv,
                                          "\xc3\xa4",
                                          "\xe2\x82",
                                          "\xac",
                                          "\xf0\x9f\x8c\x8d",
                                          "\xff",
                                          "x",
                                          "{\"data\":\"one\"}\n",
                                          "{\"data\":\"\xc3",
                                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                          "data: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n"};
    std::string text;
    for (auto count = below(12); count > 0; --count) text += parts[below(std::size(parts))];
    return text;
  }
  Pieces pieces_of(std::string_view text) {
    Pieces pieces;
    while (!text.empty()) {
      const auto size = below(3) == 0 ? 1 : 1 + below(text.size());
      pieces.push_back(text.substr(0, size));
      text.remove_prefix(size);
    }
    return pieces;
  }

  // The same numbers in each run: what is found once is found again.
  std::mt19937 random{20'261'129};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(random_bodies_suite, Fixture)

BOOST_AUTO_TEST_CASE(formats_with_events_of_their_own) {
  std::size_t events = 0;
  for (const auto each : {Format::ndjson, Format::event_stream, Format::text_lines, Format::guessed}) {
    format = each;
    for (int i = 0; i < bodies; ++i) {
      const auto text = body();
      const auto expected = of(text);
      events += static_cast<std::size_t>(std::count(expected.begin(), expected.end(), '<'));
      for (int j = 0; j < splits; ++j) {
        const auto pieces = pieces_of(text);
        const auto result = of(pieces);
        BOOST_REQUIRE_MESSAGE(result == expected, "format " << static_cast<int>(each) << ", body " << i
                                                            << " in " << pieces.size() << " pieces gives "
                                                            << result << "\nnot " << expected);
      }
    }
  }
  BOOST_TEST(unfinished.used() == 0U);
  BOOST_TEST(events > 10'000U);
}

// Its events are the pieces; together they are the text.
BOOST_AUTO_TEST_CASE(pieces_of_text) {
  struct Joining final : DraftSink {
    void add(BodyPart, std::size_t, DraftResult draft) override {
      BOOST_REQUIRE(draft.has_value());
      text += draft.value().event.data;
    }
    std::string text;
  };
  parameters.format = Format::text_chunks;
  settings.event_bytes_max = 4;
  int valid = 0;
  for (int i = 0; i < bodies; ++i) {
    const auto text = body();
    if (!worker::base::is_utf8(text)) continue;
    ++valid;
    for (int j = 0; j < splits; ++j) {
      const auto made = streamed_body({settings, parameters, tools, unfinished});
      Joining sink;
      for (const auto piece : pieces_of(text)) made->take(piece, sink);
      BOOST_REQUIRE((made->finish(sink) == StreamedBody::End::well));
      BOOST_REQUIRE(sink.text == (text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text));
    }
  }
  BOOST_TEST(valid > bodies / 10);
}

BOOST_AUTO_TEST_SUITE_END()
