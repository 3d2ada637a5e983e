#include "probe/delivery.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "unit/probe/observed.hpp"

using namespace worker::probe;
using namespace worker::support;
using Kind = Delivery::Kind;

namespace {

using Times = std::vector<std::chrono::milliseconds>;
constexpr auto never = std::chrono::milliseconds(-1);

// Published at 0, 500, 1000 ms and so on; `arrived` are times since the beginning.
EventsSeen published(const Times& arrived, std::chrono::milliseconds closed = never) {
  EventsSeen seen{.stream = stream()};
  for (std::size_t i = 0; i < arrived.size(); ++i) {
    PublishedEvent event{.answered = at(static_cast<int>(i) * 500ms)};
    if (arrived[i] != never) {
      event.arrived = at(arrived[i]);
      event.times = 1;
    }
    seen.events.push_back(event);
  }
  if (closed != never) seen.closed = at(closed);
  return seen;
}

// Made every two seconds.
EventsSeen greetings(const Times& arrived) {
  EventsSeen seen{.stream = stream("")};
  for (std::size_t i = 0; i < arrived.size(); ++i) {
    const auto frame = fmt::format(
        "data: {{\"message\":\"hi\",\"timestamp\":\"2026-11-22T23:59:{:02}.100Z\"}}\n\n", 10 + 2 * i);
    seen.stream.body += frame;
    seen.stream.pieces.push_back({frame.size(), at(arrived[i])});
  }
  return seen;
}

void check(const EventsSeen& seen, Kind kind, std::chrono::milliseconds longest) {
  const auto delivery = delivery_of(seen);
  BOOST_TEST((delivery.kind == kind),
             "kind " << static_cast<int>(delivery.kind) << " for " << static_cast<int>(kind));
  BOOST_TEST(std::chrono::round<std::chrono::milliseconds>(delivery.longest).count() == longest.count());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delivery_suite)

BOOST_AUTO_TEST_CASE(published_events) {
  check(published({3ms, 504ms, 1001ms, 1502ms}), Kind::at_once, 4ms);
  check(published({-2ms + 2ms, 499ms, 1000ms, 1500ms}), Kind::at_once,
        0ms);  // before the publish is answered
  check(published({204ms, 700ms, 1205ms, 1703ms}), Kind::late, 205ms);
  check(published({502ms, 1001ms, 1503ms, never}), Kind::with_the_next, 503ms);
  check(published({502ms, 1001ms, 1503ms, 3001ms}, 3s), Kind::with_the_next, 1501ms);
  check(published({3001ms, 3001ms, 3001ms, 3001ms}, 3s), Kind::at_the_end, 3001ms);
  check(published({1402ms, 1402ms, 1402ms, 1502ms}), Kind::held, 1402ms);
  check(published({never, never, never, never}, 3s), Kind::held, 0ms);
  check(published({2ms, never, never, never}, 3s), Kind::held, 2ms);
  auto seen = published({3ms, 504ms, 1001ms, 1502ms});
  seen.events[2].times = 2;
  check(seen, Kind::twice, 4ms);
}

BOOST_AUTO_TEST_CASE(greeting_streams) {
  check(greetings({6ms, 2007ms, 4005ms}), Kind::at_once, 2ms);
  check(greetings({6ms, 2207ms, 4206ms}), Kind::late, 201ms);
  check(greetings({2006ms, 4007ms, 6006ms}), Kind::held, 2001ms);  // each with the next
  check(greetings({8005ms, 8005ms, 8006ms, 8006ms}), Kind::held, 8000ms);
  auto seen = greetings({10'005ms, 10'005ms, 10'006ms});
  end(seen.stream, worker::client::Ending::Kind::complete, 10'007ms);
  check(seen, Kind::at_the_end, 10'000ms);
  check(greetings({6ms}), Kind::unknown, 0ms);
  seen = greetings({});
  check(seen, Kind::unknown, 0ms);
  for (const auto* data :
       {"x", "[]", "{}", R"({"timestamp":1})", R"({"timestamp":"2026-11-22T07:xx:00.123Z"})"}) {
    seen.stream.body = fmt::format("data: {}\n\ndata: {}\n\n", data, data);
    seen.stream.pieces = {{seen.stream.body.size(), at(1s)}};
    check(seen, Kind::unknown, 0ms);
  }
}

BOOST_AUTO_TEST_CASE(what_is_said_about_it) {
  auto seen = all_well();
  seen.publish = answer(200, "application/json");
  const auto said = [&](EventsSeen events) {
    seen.events = std::move(events);
    return row(judge(seen), Check::events);
  };
  BOOST_TEST((said(published({3ms, 504ms})).mark == Mark::ok));
  BOOST_TEST(names(said(published({3001ms, 3001ms}, 3s)), "fastcgi_buffering off;"));
  BOOST_TEST(names(said(published({204ms, 704ms})), "option http-no-delay"));
  auto none = published({never, never}, 3s);
  BOOST_TEST(said(none).found == "none came, and the worker that is asked here does not have them");
  none.worker_has_them = true;
  BOOST_TEST(said(none).found == "none came, though the worker has them: nginx holds them back");
  none.stream = answer(403, "text/html");
  BOOST_TEST((said(none).mark == Mark::unchecked));
  const std::pair<int, const char*> refused[] = {
      {401, "--key-file"}, {403, "allow ADDRESS;"}, {404, "--publish URL"}, {500, "journalctl"}};
  for (const auto& [status, line] : refused) {
    seen.publish = answer(status, "text/html");
    BOOST_TEST(names(row(judge(seen), Check::publish), line));
  }
}

BOOST_AUTO_TEST_SUITE_END()
