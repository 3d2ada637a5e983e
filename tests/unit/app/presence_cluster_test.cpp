// PresenceCluster: joining, telling and leaving, beside scripted messages of another worker.
#include "unit/app/presence_cluster_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(presence_cluster_suite, PresenceClusterFixture)

BOOST_AUTO_TEST_CASE(alone_it_joins_announces_and_tells) {
  const auto alice = rosters.all().enter("room", "alice");
  BOOST_TEST(cluster().workers() == 0U);
  advance(100ms);
  auto said = store.said();
  BOOST_TEST_REQUIRE(!said.empty());
  BOOST_TEST(said.front()["joins"] == true);
  BOOST_TEST(said.front()["beat"] == 1);
  // It has announced nothing before; what it has follows as a difference to that.
  BOOST_TEST(parts_of(said) == "all: ");
  const auto name = said.front()["from"];
  advance(300ms);
  BOOST_TEST(parts_of(store.said()) == "room 1 +alice\n");
  // An older worker would have answered meanwhile.
  BOOST_TEST(store.told() == "");
  advance(1'000ms);
  BOOST_TEST(store.told() == "");
  advance(1'000ms);
  BOOST_TEST(store.told() ==
             "here {\"topic\":\"room\",\"count\":1,\"reset\":true}\n"
             "join {\"topic\":\"room\",\"subject\":\"alice\",\"count\":1}\n");
  BOOST_TEST(cluster().workers() == 1U);
  // What it tells is in a message before the events, so another one could continue.
  said = store.said();
  const auto* told = with(said, "told");
  BOOST_TEST_REQUIRE(told != nullptr);
  BOOST_TEST((*told)["told"][0]["joined"] == nlohmann::json({"alice"}));
  BOOST_TEST((*told)["rank"] == 1);
  BOOST_TEST((*told)["from"] == name);
}

BOOST_AUTO_TEST_CASE(it_renews_its_lease_once_a_second) {
  start_alone();
  advance(10s);
  int beats = 0;
  for (const auto& each : store.said()) beats += each.contains("beat") ? 1 : 0;
  BOOST_TEST(beats == 10);
}

BOOST_AUTO_TEST_CASE(another_worker_joins_and_hears_of_all) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  peer_joins({"bob"}, 2);
  advance(2s);
  const auto said = store.said();
  BOOST_TEST(says(parts_of(said), "all: room 1 +alice\n"));
  const auto* known = with(said, "knownEnds");
  BOOST_TEST_REQUIRE(known != nullptr);
  BOOST_TEST((*known)["known"][0]["joined"] == nlohmann::json({"alice"}));
  BOOST_TEST(cluster().workers() == 2U);
  BOOST_TEST(present() == "4 alice bob");
  BOOST_TEST(store.told() ==
             "here {\"topic\":\"room\",\"count\":4}\n"
             "join {\"topic\":\"room\",\"subject\":\"bob\",\"count\":4}\n");
}

BOOST_AUTO_TEST_CASE(whoever_joins_later_does_not_tell) {
  peer_was_first({"bob"});
  peer_beats = true;
  const auto alice = rosters.all().enter("room", "alice");
  BOOST_TEST(present() == "2 alice bob");
  advance(5s);
  BOOST_TEST(store.told() == "");
  BOOST_TEST(parts_of(store.said()) == "room 1 +alice\n");
  BOOST_TEST(rosters.all().shown(alice).count == 1U);
  // What clients here get first is what the other one has told.
  say({.from = "peer",
       .rank = 1,
       .told = {{.topic = "room", .count = 2, .named = true, .joined = {"alice"}}}});
  BOOST_TEST(rosters.all().shown(alice).count == 2U);
}

BOOST_AUTO_TEST_CASE(the_leader_is_gone_and_this_worker_continues_where_it_has_ended) {
  peer_was_first({"bob"});
  peer_beats = true;
  const auto alice = rosters.all().enter("room", "alice");
  advance(5s);
  say({.from = "peer",
       .rank = 1,
       .told = {{.topic = "room", .count = 2, .named = true, .joined = {"alice"}}}});
  peer_beats = false;
  store.said();
  advance(4s);
  BOOST_TEST(with(store.said(), "ended") == nullptr);
  BOOST_TEST(store.told() == "");
  BOOST_TEST(cluster().workers() == 2U);
  advance(3s);
  const auto said = store.said();
  const auto* ended = with(said, "ended");
  BOOST_TEST_REQUIRE(ended != nullptr);
  BOOST_TEST((*ended)["ended"] == nlohmann::json({"peer"}));
  BOOST_TEST(cluster().workers() == 1U);
  // Within the grace time bob may come back to this worker.
  BOOST_TEST(present() == "2 alice bob");
  BOOST_TEST(store.told() == "");
  advance(6s);
  BOOST_TEST(present() == "1 alice");
  BOOST_TEST(store.told() ==
             "here {\"topic\":\"room\",\"count\":1}\n"
             "leave {\"topic\":\"room\",\"subject\":\"bob\",\"count\":1}\n");
}

BOOST_AUTO_TEST_CASE(a_worker_that_leaves_in_good_order_and_whose_readers_come_back_is_no_leave) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  peer_joins({"bob"}, 1);
  advance(2s);
  store.told();
  say({.from = "peer", .rank = rank_of_peer, .leaves = true});
  advance(1s);
  BOOST_TEST(cluster().workers() == 1U);
  const auto bob = rosters.all().enter("room", "bob");
  const auto nameless = rosters.all().enter("room", "");
  advance(8s);
  BOOST_TEST(present() == "3 alice bob");
  BOOST_TEST(store.told() == "");
}

BOOST_AUTO_TEST_CASE(a_lease_that_has_ended_takes_the_nameless_at_once) {
  start_alone();
  peer_joins({}, 3);
  advance(2s);
  BOOST_TEST(present() == "3 ");
  store.told();
  advance(4s);
  BOOST_TEST(present() == "0 ");
  advance(1s);
  BOOST_TEST(store.told() == "here {\"topic\":\"room\",\"count\":0}\n");
}

BOOST_AUTO_TEST_CASE(the_others_took_it_for_dead_it_joins_again_under_another_name) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  advance(1s);
  const auto before = store.said();
  const auto former = before.back()["from"].get<std::string>();
  const auto rank = say({.from = "peer", .joins = true});
  say({.from = "peer", .rank = rank, .beat = 1, .ended = {former}});
  advance(1s);
  BOOST_TEST(says(logged.str(), "presence: the others took this worker for dead; it joins again"));
  auto said = store.said();
  const auto* joins = with(said, "joins");
  BOOST_TEST_REQUIRE(joins != nullptr);
  BOOST_TEST((*joins)["from"] != former);
  // Its readers have left, as the others see it, and join anew.
  BOOST_TEST(!joins->contains("replaces"));
  BOOST_TEST(says(parts_of(said), "all: room 1 +alice\n"));
  // The other one has been a member for longer now.
  peer_beats = true;
  rank_of_peer = rank;
  store.told();
  const auto bob = rosters.all().enter("room", "bob");
  advance(5s);
  BOOST_TEST(store.told() == "");
}

BOOST_AUTO_TEST_CASE(messages_that_are_none_do_no_harm) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  for (const auto* data :
       {"", "{", "[]", "7", "{}", "{\"from\":7}", "{\"from\":\"\"}", "{\"from\":\"x\",\"rank\":-1}",
        "{\"from\":\"x\",\"part\":[{\"count\":1}]}", "{\"from\":\"x\",\"ended\":[\"\"]}"}) {
    log::Draft draft;
    draft.topics = {std::string(presence::state_topic)};
    draft.event.data = data;
    draft.is_private = true;
    std::vector<log::Draft> drafts;
    drafts.push_back(std::move(draft));
    memory.append(std::move(drafts), [](const auto&) {});
  }
  advance(2s);
  BOOST_TEST(cluster().workers() == 1U);
  BOOST_TEST(present() == "1 alice");
}

BOOST_AUTO_TEST_CASE(it_says_that_it_leaves) {
  start_alone();
  store.said();
  cluster().leave();
  const auto said = store.said();
  BOOST_TEST_REQUIRE(said.size() == 1U);
  BOOST_TEST(said.front()["leaves"] == true);
}

BOOST_AUTO_TEST_SUITE_END()
