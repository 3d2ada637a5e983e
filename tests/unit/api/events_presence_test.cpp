// GET /events with presence=true, and GET /presence: who is counted, who learns names, what is refused.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "api/presence.hpp"
#include "presence/presence_events.hpp"
#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const std::string opening = ": ok\n\nretry: 3000\n\n";

struct Fixture : EventsFixture {
  Fixture() : EventsFixture(10) { presence_settings.topics = {"room/*"}; }

  std::unique_ptr<RecordingExchange> granted(const std::string& grant, const std::string& query,
                                             const std::string& method = "GET") {
    auto made = request(query);
    made.method = method;
    made.grant = grant;
    return served(std::move(made));
  }
  /// Publishes what there is to tell.
  void tell() {
    const auto changes = roster().changes(100);
    for (const auto& change : changes) {
      for (auto& each : presence::drafts_of(change)) append(std::move(each));
    }
    roster().told(changes);
    settle();
  }
  std::string asked(const std::string& query, const std::string& grant = {}, const std::string& key = {},
                    const std::string& address = "192.0.2.1") {
    api::Access access;
    access.update("secret", {});
    api::PresenceEndpoint endpoint(roster(), grants(), access, streams);
    http::Request made{.method = "GET",
                       .path = "/presence",
                       .query = http::Query::parse(query),
                       .remote_address = http::RemoteAddress::parse(address)};
    if (!grant.empty()) made.grant = grant;
    if (!key.empty()) made.headers.emplace("authorization", "Bearer " + key);
    RecordingExchange exchange(std::move(made));
    endpoint.serve(exchange);
    return std::to_string(exchange.head->status) + " " + exchange.news();
  }
};

std::string detail(const std::string& answer) {
  return nlohmann::json::parse(answer.substr(answer.find('{'))).at("detail");
}

const std::string anonymous_here = "event: here\ndata: {\"topic\":\"room/1\",\"count\":1,\"reset\":true}\n\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(events_presence_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_number_comes_first_and_without_an_id) {
  const auto reader = asking("topic=room/1&topic=news&presence=true");
  BOOST_TEST(reader->news() == opening + "id: e-0\n\n" + anonymous_here);
  tell();
  BOOST_TEST(reader->news() ==
             "event: here\ndata: {\"topic\":\"room/1\",\"count\":1,\"reset\":true}\nid: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(names_are_for_those_to_whom_the_topic_is_granted) {
  const auto bob = granted("subscribe=room/*&subject=bob", "topic=room/1&presence=true");
  BOOST_TEST(
      bob->news() ==
      opening +
          "id: e-0\n\nevent: here\ndata: {\"topic\":\"room/1\",\"count\":1,\"subjects\":[\"bob\"]}\n\n");
  const auto other = granted("subscribe=room/2&subject=eve", "topic=room/1&presence=true");
  BOOST_TEST(other->news().find("bob") == std::string::npos);
  const auto all = granted("subscribe=*&subject=al", "topic=room/1&presence=true");
  BOOST_TEST(all->news().find("[\"al\",\"bob\",\"eve\"]") != std::string::npos);
  tell();
  const auto told = all->news();
  BOOST_TEST(told == bob->news());
  BOOST_TEST(told.find("event: join\ndata: {\"topic\":\"room/1\",\"subject\":\"eve\",\"count\":3}") !=
             std::string::npos);
  BOOST_TEST(other->news() ==
             "event: here\ndata: {\"topic\":\"room/1\",\"count\":3,\"reset\":true}\nid: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(readers_count_without_asking_and_only_by_name) {
  auto reader = asking("topic=room/1");
  const auto poll = asking("topic=room/1&poll=30");
  const auto pattern = asking("topic=room/*");
  auto head = request("topic=room/1");
  head.method = "HEAD";
  const auto only_head = served(std::move(head));
  BOOST_TEST(roster().present("room/1").count == 2U);
  tell();
  BOOST_TEST(reader->news() == opening + "id: e-0\n\n");
  BOOST_TEST(pattern->news() == opening + "id: e-0\n\n");
  reader.reset();
  clock.advance(5s);
  roster().changes(0);
  BOOST_TEST(roster().present("room/1").count == 1U);
}

BOOST_AUTO_TEST_CASE(no_pattern_gets_presence_events_nor_a_gap_for_them) {
  history.topic_events_max = 1;
  const auto all = asking("topic=*");
  all->news();
  const auto reader = asking("topic=room/1&presence=true");
  tell();
  const auto second = asking("topic=room/1");
  clock.advance(1s);
  tell();
  event_log().log().expire();
  publish("news");
  settle();
  BOOST_TEST(all->news() == "data: x\nid: e-3\n\n");
  BOOST_TEST(asking("topic=*", "e-0")->news() == opening + "id: e-0\n\ndata: x\nid: e-3\n\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_resumes_gets_what_it_has_missed) {
  const auto first = granted("subscribe=room/*&subject=a", "topic=room/1&presence=true");
  tell();
  const auto second = granted("subscribe=room/*&subject=b", "topic=room/1");
  clock.advance(1s);
  tell();
  const auto resumed = granted("subscribe=room/*&subject=a", "topic=room/1&presence=true&lastEventId=e-2");
  BOOST_TEST(
      resumed->news() ==
      opening +
          "id: e-2\n\nevent: here\ndata: {\"topic\":\"room/1\",\"count\":2,\"subjects\":[\"a\",\"b\"]}\n\n"
          "event: here\ndata: {\"topic\":\"room/1\",\"count\":2}\nid: e-3\n\n"
          "event: join\ndata: {\"topic\":\"room/1\",\"subject\":\"b\",\"count\":2}\nid: e-4\n\n");
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_closed_ends_the_stream) {
  const auto reader = asking("topic=room/1&presence=true");
  tell();
  reader->news();
  append(closing("room/1", "bye"));
  settle();
  BOOST_TEST(reader->news().find("event: close") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_poll_has_it_as_a_member) {
  const auto poll = granted("subscribe=room/*&subject=a", "topic=room/1&presence=true&poll=30");
  const auto other = granted("subscribe=room/*&subject=b", "topic=room/1");
  publish("room/1");
  settle();
  const auto body = nlohmann::json::parse(poll->news());
  BOOST_TEST(body.at("presence").dump() == R"([{"count":2,"subjects":["a","b"],"topic":"room/1"}])");
  BOOST_TEST(
      body.at("stream").get<std::string>().starts_with("/events?topic=room/1&presence=true&lastEventId="));
  const auto without = asking("topic=room/1&poll=30");
  publish("room/1");
  settle();
  BOOST_TEST(!nlohmann::json::parse(without->news()).contains("presence"));
}

BOOST_AUTO_TEST_CASE(what_is_refused) {
  const auto refusal = [&](const std::string& query) {
    const auto exchange = asking(query);
    BOOST_TEST(exchange->head->status == 400);
    return detail(exchange->news());
  };
  BOOST_TEST(refusal("topic=room/1&presence=1") ==
             "presence: must be `true`, or `false`, which is the default");
  BOOST_TEST(
      refusal("topic=news&topic=room/*&presence=true").starts_with("presence: covers none of these topics"));
  BOOST_TEST(refusal("topic=$presence/room/1").starts_with("topic: $presence/room/1 does not exist"));
  BOOST_TEST(
      refusal("topic=room/1&topic=$presence/room/1&presence=true").starts_with("topic: $presence/room/1"));
  BOOST_TEST(asking("topic=news&presence=false")->head->status == 200);
}

BOOST_AUTO_TEST_CASE(without_topics_presence_is_off) {
  presence_settings.topics = {};
  BOOST_TEST(detail(asking("topic=room/1&presence=true")->news()).starts_with("presence: is off"));
  const auto reader = asking("topic=room/1");
  BOOST_TEST(roster().totals().topics == 0U);
  BOOST_TEST(detail(asked("topic=room/1")).starts_with("Presence is off"));
}

BOOST_AUTO_TEST_CASE(visits_take_of_the_bytes_of_subscriptions) {
  const auto free = slots.subscriptions().used();
  {
    const auto reader = asking("topic=room/1");
    BOOST_TEST(slots.subscriptions().used() >= free + presence::Roster::visit_bytes);
    slots.subscriptions().set_limit(slots.subscriptions().used() + 100);
    const auto refused = asking("topic=room/1");
    BOOST_TEST(refused->news().find(": ok") == std::string::npos);
    BOOST_TEST(roster().present("room/1").count == 1U);
  }
}

BOOST_AUTO_TEST_CASE(who_may_ask_for_what) {
  grant_settings.public_topics = {"room/1"};
  const auto a = granted("subscribe=room/*&subject=a", "topic=room/1&topic=room/2");
  const std::string number = "{\"topics\":[{\"topic\":\"room/1\",\"count\":1}]}\n";
  const std::string names = "{\"topics\":[{\"topic\":\"room/1\",\"count\":1,\"subjects\":[\"a\"]}]}\n";
  BOOST_TEST(asked("topic=room/1") == "200 " + number);
  BOOST_TEST(asked("topic=room/1", "subscribe=room/2&subject=x") == "200 " + number);
  BOOST_TEST(asked("topic=room/1", "subscribe=room/1&subject=x") == "200 " + names);
  BOOST_TEST(asked("topic=room/1", "control=1") == "200 " + names);
  BOOST_TEST(asked("topic=room/1", {}, "secret") == "200 " + names);
  BOOST_TEST(asked("topic=room/1", {}, {}, "127.0.0.1") == "200 " + number);  // there is a key
  BOOST_TEST(asked("topic=room/2").starts_with("401 "));
  BOOST_TEST(asked("topic=room/2", "subscribe=room/1").starts_with("403 "));
  BOOST_TEST(asked("topic=room/2&topic=room/3", "subscribe=room/*") ==
             "200 {\"topics\":[{\"topic\":\"room/2\",\"count\":1,\"subjects\":[\"a\"]},"
             "{\"topic\":\"room/3\",\"count\":0,\"subjects\":[]}]}\n");
}

BOOST_AUTO_TEST_CASE(what_presence_cannot_be_asked) {
  streams.topics_max = 2;
  const auto refusal = [&](const std::string& query) {
    const auto answer = asked(query);
    BOOST_TEST(answer.starts_with("400 "), answer);
    return detail(answer);
  };
  BOOST_TEST(refusal("") == "topic: is missing; name at least one topic");
  BOOST_TEST(refusal("topic=room/1&topic=room/2&topic=room/3") ==
             "topic: 3 requested, at most 2 are allowed");
  BOOST_TEST(refusal("topic=news").starts_with("topic: presence does not cover news"));
  BOOST_TEST(refusal("topic=room/*").starts_with("topic: room/* is a pattern"));
  BOOST_TEST(refusal("topic=$presence/room/1").starts_with("topic: $presence/room/1 is reserved"));
  BOOST_TEST(asked("topic=room/1&topic=room/2").starts_with("200 "));
}

BOOST_AUTO_TEST_SUITE_END()
