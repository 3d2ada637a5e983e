#include "api/stream/carried_stream.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace worker;
using namespace std::chrono_literals;
using api::CarriedStream;
using log::Selectors;
using log::TypedSelector;
using Kind = TypedSelector::Kind;

namespace {

const CarriedStream full{.cursor = "e-17",
                         .subject = "alice",
                         .network = http::Network{.bits = 0xcb00710700000000, .length = 32},
                         .since = base::Instant(5s),
                         .end = api::StreamEnd{base::Instant(9s), true},
                         .heartbeats = hub::Subscriber::HeartbeatMode::events};

struct Fixture {
  Selectors selectors(const std::vector<TypedSelector>& typed) {
    return Selectors::parse(typed, std::string::npos, templates).value();
  }
  void round_trip(const log::Subscription& subscription) {
    const auto parsed = api::parse_subscription(api::packed(subscription), templates);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == subscription));
  }

  log::TemplateCache templates;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(carried_stream_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_stream_comes_back_as_it_was) {
  const auto parsed = CarriedStream::parse(full.packed());
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->cursor == "e-17");
  BOOST_TEST(parsed->subject == "alice");
  BOOST_TEST((parsed->network == full.network));
  BOOST_TEST((parsed->since == full.since));
  BOOST_REQUIRE(parsed->end.has_value());
  BOOST_TEST((parsed->end->at == base::Instant(9s)));
  BOOST_TEST(parsed->end->expires);
  BOOST_TEST((parsed->heartbeats == full.heartbeats));
}

BOOST_AUTO_TEST_CASE(a_stream_that_has_little_comes_back_as_it_was) {
  const auto parsed = CarriedStream::parse(CarriedStream{.cursor = "e-0"}.packed());
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->subject.empty());
  BOOST_TEST(!parsed->network.has_value());
  BOOST_TEST(!parsed->end.has_value());
  BOOST_TEST((parsed->heartbeats == hub::Subscriber::HeartbeatMode::comments));
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_too_long_is_no_stream) {
  const auto bytes = full.packed();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!CarriedStream::parse(bytes.substr(0, size)).has_value());
  BOOST_TEST(!CarriedStream::parse(bytes + "x").has_value());
  BOOST_TEST(!CarriedStream::parse(CarriedStream{}.packed()).has_value());
  BOOST_TEST(!CarriedStream::parse(CarriedStream{.cursor = std::string(5'000, 'c')}.packed()).has_value());
}

BOOST_AUTO_TEST_CASE(subscriptions_come_back_as_they_were) {
  const auto asked = selectors({{Kind::pattern, "news"},
                                {Kind::pattern, "orders/*"},
                                {Kind::exact, "odd/*"},
                                {Kind::uri_template, "rooms/{id}"},
                                {Kind::url_pattern, "https://example.com/:id"}});
  round_trip(log::Subscription(asked));
  round_trip(log::Subscription(selectors({{Kind::pattern, "*"}})));
  round_trip(log::Subscription(selectors({{Kind::pattern, "$presence/news"}, {Kind::pattern, "news"}}),
                               selectors({{Kind::pattern, "$presence/news"}})));
}

BOOST_AUTO_TEST_CASE(grants_come_back_as_they_were) {
  const auto asked = selectors({{Kind::pattern, "news"}, {Kind::pattern, "orders/*"}});
  round_trip(log::Subscription(asked, selectors({{Kind::pattern, "*"}})));
  round_trip(log::Subscription(asked, selectors({{Kind::pattern, "news"}})));
  round_trip(log::Subscription(asked, selectors({{Kind::pattern, "orders/a/*"}, {Kind::pattern, "x"}})));
  round_trip(log::Subscription(
      asked, selectors({{Kind::uri_template, "orders/{id}"}, {Kind::exact, "odd/*"}, {Kind::pattern, "y"}})));
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_or_asks_for_nothing_is_no_subscription) {
  const auto bytes = api::packed(log::Subscription(
      selectors({{Kind::pattern, "news"}, {Kind::pattern, "a/*"}}), selectors({{Kind::pattern, "news"}})));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!api::parse_subscription(bytes.substr(0, size), templates).has_value());
  BOOST_TEST(!api::parse_subscription(bytes + "x", templates).has_value());
  BOOST_TEST(!api::parse_subscription(api::packed(log::Subscription()), templates).has_value());
}

BOOST_AUTO_TEST_CASE(without_room_for_its_template_there_is_no_subscription) {
  const auto bytes = api::packed(log::Subscription(selectors({{Kind::uri_template, "rooms/{id}"}})));
  log::TemplateCache full_cache(0);
  BOOST_TEST(!api::parse_subscription(bytes, full_cache).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
