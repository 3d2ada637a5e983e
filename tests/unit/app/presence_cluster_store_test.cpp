// PresenceCluster: a worker that stands still, a store that goes away, and one that comes back without its
// data.
#include "unit/app/presence_cluster_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(presence_cluster_store_suite, PresenceClusterFixture)

BOOST_AUTO_TEST_CASE(a_worker_that_stood_still_first_learns_what_has_happened) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  advance(1s);
  store.told();
  const auto bob = rosters.all().enter("room", "bob");
  clock.advance(20s);  // and nobody turns its loop
  loop.run_ready();
  BOOST_TEST(store.told() == "");
  advance(1'300ms);
  BOOST_TEST(store.told() == "");
  advance(1'500ms);
  BOOST_TEST(store.told() ==
             "here {\"topic\":\"room\",\"count\":2}\n"
             "join {\"topic\":\"room\",\"subject\":\"bob\",\"count\":2}\n");
}

BOOST_AUTO_TEST_CASE(while_the_store_is_away_nobody_is_taken_off_and_then_all_is_said) {
  auto alice = std::optional(rosters.all().enter("room", "alice"));
  start_alone();
  peer_joins({"bob"});
  advance(2s);
  store.said();
  store.told();
  store.away = true;
  alice.reset();
  const auto carol = rosters.all().enter("room", "carol");
  advance(30s);
  BOOST_TEST(store.refused > 0);
  BOOST_TEST(metrics.retries.value() > 0U);
  BOOST_TEST(cluster().workers() == 2U);
  BOOST_TEST(says(present(), "bob"));
  BOOST_TEST(store.told() == "");
  store.away = false;
  peer_beats = true;
  advance(6s);
  BOOST_TEST(cluster().workers() == 2U);
  const auto said = store.said();
  BOOST_TEST(with(said, "ended") == nullptr);
  BOOST_TEST(parts_of(said) == "room 1 +carol -alice\n");
  BOOST_TEST(present() == "2 bob carol");
  const auto told = store.told();
  BOOST_TEST(says(told, "join {\"topic\":\"room\",\"subject\":\"carol\",\"count\":2}\n"));
  BOOST_TEST(!says(told, "leave {\"topic\":\"room\",\"subject\":\"bob\""));
}

// The names that readers knew are gone with the log.
BOOST_AUTO_TEST_CASE(the_store_comes_back_without_its_data_what_was_known_of_the_others_holds) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  peer_joins({"bob"}, 1);
  advance(2s);
  const auto former = store.said().back()["from"];
  store.told();
  {
    const std::lock_guard lock(memory.log().mutex());
    memory.log().history().restart("f");
  }
  advance(200ms);
  auto said = store.said();
  const auto* joins = with(said, "joins");
  BOOST_TEST_REQUIRE(joins != nullptr);
  BOOST_TEST((*joins)["replaces"] == former);
  BOOST_TEST((*joins)["from"] != former);
  BOOST_TEST(present() == "3 alice bob");
  // The other one announces its readers anew: bob has stayed, and the one without a name.
  peer_joins({"bob"}, 1);
  peer_beats = true;
  advance(5s);
  BOOST_TEST(cluster().workers() == 2U);
  BOOST_TEST(present() == "3 alice bob");
  const auto told = store.told();
  BOOST_TEST(told ==
             "here {\"topic\":\"room\",\"count\":3,\"reset\":true}\n"
             "join {\"topic\":\"room\",\"subject\":\"alice\",\"count\":3}\n"
             "join {\"topic\":\"room\",\"subject\":\"bob\",\"count\":3}\n");
}

BOOST_AUTO_TEST_CASE(after_such_a_loss_a_worker_that_does_not_come_back_is_gone_after_its_lease) {
  const auto alice = rosters.all().enter("room", "alice");
  start_alone();
  peer_joins({"bob"});
  advance(2s);
  {
    const std::lock_guard lock(memory.log().mutex());
    memory.log().history().restart("f");
  }
  advance(3s);
  BOOST_TEST(present() == "2 alice bob");
  advance(4s);
  BOOST_TEST(cluster().workers() == 1U);
  BOOST_TEST(present() == "2 alice bob");
  advance(6s);
  BOOST_TEST(present() == "1 alice");
  BOOST_TEST(says(store.told(), "leave {\"topic\":\"room\",\"subject\":\"bob\",\"count\":1}\n"));
}

BOOST_AUTO_TEST_SUITE_END()
