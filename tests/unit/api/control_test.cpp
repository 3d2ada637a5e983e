// POST /control: what it lists and ends, on one loop that is turned by hand.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <nlohmann/json.hpp>

#include "store/memory/memory_store.hpp"
#include "unit/api/control_fixture.hpp"

using namespace worker;
using namespace worker::api;

namespace {

log::Subscription asking(const std::vector<std::string_view>& topics) {
  return log::Subscription(log::Selectors::parse(topics, 2'000).value());
}

struct Open final : OpenStream {
  Open(base::Instant since, std::string of, log::Subscription asked)
      : OpenStream(since), subject_(std::move(of)), asked_(std::move(asked)) {}
  std::string_view subject() const override { return subject_; }
  const log::Subscription& topics() const override { return asked_; }
  std::size_t waiting_bytes() const override { return 7; }
  std::size_t unread_bytes() const override { return 0; }
  void revoke() override { ++revoked; }

  const std::string subject_;
  const log::Subscription asked_;
  int revoked = 0;
};

struct Fixture : ControlFixture<store::MemoryStore> {
  void open(int count, const std::string& subject, const std::vector<std::string_view>& topics) {
    for (int i = 0; i < count; ++i) {
      opened.push_back(std::make_unique<Open>(clock.now(), subject, asking(topics)));
      streams.add(*opened.back());
    }
  }
  /// A turn, after which the streams that were revoked are gone.
  void turn() {
    loop.run_ready();
    std::erase_if(opened, [](const auto& each) { return each->revoked > 0; });
  }

  std::deque<std::unique_ptr<Open>> opened;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_list_describes_the_streams_of_a_subject) {
  open(1, "alice", {"chat/1", "news/*"});
  open(1, "bob", {"chat/1"});
  const auto exchange = asked(R"({"action":"list","subject":"alice"})");
  turn();
  BOOST_TEST(exchange->body() == R"({"count":1,"streams":[{"subject":"alice","topics":["chat/1","news/*"],)"
                                 R"("since":"2026-11-22T07:20:00.123Z","waitingBytes":7}]})"
                                 "\n");
}

BOOST_AUTO_TEST_CASE(a_grant_of_the_web_server_counts_for_no_page_of_another_origin) {
  auto asking = request(R"({"action":"list","subject":"alice"})");
  asking.grant = "control=1";
  const auto status = [&](const char* origin) {
    auto from = asking;
    if (*origin != '\0') from.headers.emplace("origin", origin);
    const auto exchange = served(std::move(from));
    turn();
    return exchange->head->status;
  };
  BOOST_TEST(status("") == 200);
  BOOST_TEST(status("http://localhost") == 200);
  BOOST_TEST(status("https://evil.example") == 403);
  BOOST_TEST(status("null") == 403);
}

BOOST_AUTO_TEST_CASE(a_topic_concerns_those_who_ask_for_it_also_by_a_pattern) {
  open(1, "a", {"chat/1"});
  open(1, "b", {"chat/*"});
  open(1, "", {"chat/2"});
  const auto exchange = asked(R"({"action":"end","topic":"chat/1"})");
  turn();
  BOOST_TEST(exchange->body() == "{\"ended\":2}\n");
  BOOST_TEST(opened.size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_end_each_once_in_several_turns) {
  open(1'024, "alice", {"a"});
  int turns = 0;
  loop.on_turn([&](auto) { ++turns; });
  const auto exchange = asked(R"({"action":"end","subject":"alice"})");
  // They stay until the end, as those do whose clients read nothing.
  loop.run_ready();
  BOOST_TEST(turns >= 4);
  BOOST_TEST(exchange->body() == "{\"ended\":1024}\n");
  for (const auto& each : opened) BOOST_REQUIRE(each->revoked == 1);
}

BOOST_AUTO_TEST_CASE(at_most_so_many_end_in_a_turn) {
  open(300, "alice", {"a"});
  const auto all_of_them = [](const OpenStream&) { return true; };
  BOOST_TEST(streams.revoke(all_of_them, 256) == 256U);
  BOOST_TEST(streams.revoke(all_of_them, 256) == 44U);
  BOOST_TEST(streams.revoke(all_of_them, 256) == 0U);
}

BOOST_AUTO_TEST_CASE(a_list_has_a_bound_and_counts_all) {
  const auto described = [&] {
    const auto exchange = asked(R"({"action":"list","subject":"alice"})");
    turn();
    const auto body = nlohmann::json::parse(exchange->body());
    return std::pair(body.at("count").get<int>(), body.at("streams").size());
  };
  open(1'001, "alice", {"a"});
  BOOST_TEST((described() == std::pair(1'001, std::size_t{1'000})));
  opened.clear();
  const std::string longest(1'024, 'x');
  open(1'000, "alice", {longest, longest + "y"});
  BOOST_TEST((described() == std::pair(1'000, std::size_t{512})));
}

BOOST_AUTO_TEST_CASE(a_subject_that_is_refused_from_now_on) {
  const auto exchange = asked(R"({"action":"end","subject":"alice","refuseSeconds":60})");
  BOOST_TEST(revocations.is_revoked("alice"), "before its streams end");
  turn();
  BOOST_TEST(exchange->body() == "{\"ended\":0}\n");
}

BOOST_AUTO_TEST_CASE(a_body_has_a_bound) {
  BOOST_TEST(asked(std::string(65'537, ' '))->head->status == 413);
  BOOST_TEST(asked(std::string(65'536, ' '))->head->status == 400);
}

BOOST_AUTO_TEST_CASE(the_worker_stops_before_all_loops_have_answered) {
  const auto exchange = asked(R"({"action":"list","subject":"alice"})");
  exchange->source->drain({});
  BOOST_TEST(exchange->head->status == 503);
  turn();
  BOOST_TEST(exchange->writes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_has_left_gets_no_answer) {
  const auto exchange = asked(R"({"action":"list","subject":"alice"})");
  exchange->source.reset();
  turn();
  BOOST_TEST(!exchange->finished);
}

BOOST_AUTO_TEST_SUITE_END()
