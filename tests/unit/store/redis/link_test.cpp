// One thread's connection to Redis: made, refused, lost in every moment, and made again.
#include "store/redis/link.hpp"

#include <netinet/in.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "support/resp.hpp"
#include "unit/store/redis/link_fixture.hpp"

using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(redis_link, LinkFixture)

// --- made ---

BOOST_AUTO_TEST_CASE(connects_when_it_is_asked_to_and_once) {
  ScriptedRedis redis(well);
  auto to = link(redis.address());
  BOOST_TEST(!to.is_connected());
  BOOST_TEST(redis.heard().empty());
  to.connect();
  BOOST_TEST(to.is_connected());
  BOOST_TEST(to.process_id() == "abc");
  BOOST_TEST(to.healthy());
  to.connect();
  BOOST_TEST(get(to) == "GET");
  BOOST_TEST(redis.heard() == (Heard{"+", "INFO server", "GET"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(authenticates_and_selects_the_database_first) {
  ScriptedRedis redis(well);
  auto address = redis.address();
  address.database = 3;
  auto to = link(address, "secret");
  to.connect();
  BOOST_TEST(redis.heard() == (Heard{"+", "AUTH secret", "SELECT 3", "INFO server"}),
             boost::test_tools::per_element());
}

// Its user may not run INFO: then the process is not known.
BOOST_AUTO_TEST_CASE(a_redis_that_does_not_tell_its_process) {
  for (const auto& reply : {resp::error("NOPERM this user has no permissions to run the 'info' command"),
                            resp::bulk("role:master"), resp::nil}) {
    ScriptedRedis redis([&](const auto&) { return reply; });
    auto to = link(redis.address());
    to.connect();
    BOOST_TEST(to.process_id() == "");
  }
}

BOOST_AUTO_TEST_CASE(replies_come_in_the_order_of_the_commands) {
  ScriptedRedis redis(well);
  auto to = link(redis.address());
  to.connect();
  BOOST_TEST(reply(to, {redis_command({"ONE"}), redis_command({"TWO"})}) == "ONE");
  BOOST_TEST(reply(to, {redis_command({"THREE"})}) == "TWO");
  BOOST_TEST(reply(to, {}) == "THREE");
}

// --- not made ---

BOOST_AUTO_TEST_CASE(no_redis_at_its_address) {
  const TempFolder folder;
  auto to = link({.path = folder.path("none.sock")});
  BOOST_TEST(connect_failure(to) == "broken: No such file or directory");
  BOOST_TEST(!to.is_connected());
  BOOST_TEST(to.unavailable_reason().value_or("") ==
             "Redis at " + folder.path("none.sock") + ": No such file or directory");
  logged();
  BOOST_TEST(connect_failure(to) == "broken: No such file or directory");
  BOOST_TEST(logged() == "");
}

// A port that is bound and not listened on refuses, and nobody else can take it meanwhile.
BOOST_AUTO_TEST_CASE(a_refused_connection) {
  const worker::base::UniqueFd bound(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  BOOST_TEST_REQUIRE(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&name), size) == 0);
  BOOST_TEST_REQUIRE(::getsockname(bound.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0);
  const auto port = ntohs(name.sin_port);
  auto to = link({.host = "127.0.0.1", .port = port});
  BOOST_TEST(connect_failure(to) == "broken: Connection refused");
  BOOST_TEST(to.unavailable_reason().value_or("") ==
             "Redis at 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

BOOST_AUTO_TEST_CASE(each_refusal_while_connecting_says_what_to_change) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"WRONGPASS invalid username-password pair", "; check store.user and store.password"},
      {"ERR invalid password", ""},
      {"NOAUTH Authentication required.", " Set store.password"},
  };
  for (const auto& [refusal, advice] : cases) {
    ScriptedRedis redis([&, &text = refusal](const auto&) { return resp::error(text); });
    auto to = link(redis.address(), refusal.starts_with("NOAUTH") ? "" : "wrong");
    BOOST_TEST(connect_failure(to) == "refused: " + refusal + advice);
    BOOST_TEST(!to.is_connected());
    BOOST_TEST(to.unavailable_reason().value_or("") ==
               "Redis at " + redis.address().path + ": " + refusal + advice);
    // The connection that was refused is not kept.
    BOOST_TEST(redis.hears("-"));
  }
}

BOOST_AUTO_TEST_CASE(a_redis_that_closes_at_each_step_of_connecting) {
  for (const std::string step : {"AUTH secret", "SELECT 3", "INFO server"}) {
    ScriptedRedis redis(
        [&](const auto& command) { return command == step ? std::optional<std::string>() : well(command); });
    auto address = redis.address();
    address.database = 3;
    auto to = link(address, "secret");
    BOOST_TEST(connect_failure(to) == "broken: Redis closed the connection", step);
    BOOST_TEST(!to.is_connected());
  }
}

BOOST_AUTO_TEST_CASE(another_program_at_the_address) {
  ScriptedRedis redis([](const auto&) { return "HTTP/1.1 400 Bad Request\r\n"; });
  auto to = link(redis.address());
  const auto why = connect_failure(to);
  BOOST_TEST(why.starts_with("broken: Protocol error"), why);
  BOOST_TEST(!to.is_connected());
}

// --- lost, and made again ---

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_while_a_reply_is_due) {
  // No reply, half a line, half a text, and half an array.
  for (const std::string half : {"", "+GE", "$3\r\nG", "*2\r\n$1\r\na\r\n"}) {
    bool cuts = true;
    ScriptedRedis redis([&](const auto& command) { return command == "GET" && cuts ? half : well(command); });
    auto to = link(redis.address());
    to.connect();
    auto failed = std::async(std::launch::async, [&] { return patient_get_failure(to); });
    BOOST_TEST_REQUIRE(redis.hears("GET"));
    cuts = false;
    redis.cut();
    BOOST_TEST(failed.get() == "broken: Redis closed the connection", half);
    BOOST_TEST(!to.is_connected());
    BOOST_TEST(!to.healthy());
    // The rest of that reply is not taken for the next one.
    to.connect();
    to.on_recovered();
    BOOST_TEST(to.healthy());
    BOOST_TEST(get(to) == "GET");
  }
}

BOOST_AUTO_TEST_CASE(half_a_reply_is_not_waited_for_without_end) {
  ScriptedRedis redis(replying("$3\r\nG"));
  auto to = link(redis.address());
  to.connect();
  BOOST_TEST(get_failure(to) == "broken: no answer within 1500 ms");
  BOOST_TEST(!to.is_connected());
}

BOOST_AUTO_TEST_CASE(the_log_says_once_that_it_failed_and_once_that_it_recovered) {
  logger.set_pattern("%l %v");
  ScriptedRedis redis(replying(std::nullopt));
  auto to = link(redis.address());
  to.connect();
  to.on_recovered();
  BOOST_TEST(logged() == "");
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(get_failure(to) == "broken: Redis closed the connection");
    to.connect();
  }
  BOOST_TEST(logged() == "error store unavailable, publishes are refused: store=redis error=\"Redis at " +
                             redis.address().path + ": Redis closed the connection\"\n");
  to.on_recovered();
  to.on_recovered();
  BOOST_TEST(logged() == "info store recovered: store=redis address=" + redis.address().path + "\n");
}

// An error reply to a command says nothing against the connection, unless other replies are due on it.
BOOST_AUTO_TEST_CASE(an_error_reply_keeps_the_connection) {
  ScriptedRedis redis(replying(resp::error("OOM command not allowed")));
  auto to = link(redis.address());
  to.connect();
  BOOST_TEST(get(to) == "OOM command not allowed");
  to.on_failed({RedisError::Kind::refused, "OOM command not allowed"});
  BOOST_TEST(!to.healthy());
  BOOST_TEST(to.is_connected());
  BOOST_TEST(reply(to, {redis_command({"GET"}), redis_command({"NEXT"})}) == "OOM command not allowed");
  to.on_failed({RedisError::Kind::refused, "OOM command not allowed"});
  BOOST_TEST(!to.is_connected());
  to.connect();
  BOOST_TEST(reply(to, {redis_command({"LAST"})}) == "LAST");
}

BOOST_AUTO_TEST_CASE(a_connection_that_redis_closed_meanwhile_is_dropped) {
  ScriptedRedis redis(well);
  auto to = link(redis.address());
  to.drop_stale();  // there is none
  to.connect();
  to.drop_stale();
  BOOST_TEST(to.is_connected());
  redis.cut();
  to.drop_stale();
  BOOST_TEST(!to.is_connected());
  BOOST_TEST(to.healthy());
  to.connect();
  BOOST_TEST(get(to) == "GET");
}

BOOST_AUTO_TEST_CASE(a_connection_on_which_something_came_unasked_is_dropped) {
  ScriptedRedis redis(well);
  auto to = link(redis.address());
  to.connect();
  redis.send("+surprise\r\n");
  to.drop_stale();
  BOOST_TEST(!to.is_connected());
}

// --- pauses ---

BOOST_AUTO_TEST_CASE(pauses_between_tries_grow_up_to_two_seconds) {
  const TempFolder folder;
  auto to = link({.path = folder.path("none.sock")});
  BOOST_TEST(!to.retry_pause());
  for (const int longest : {50, 100, 200, 400, 800, 1'600, 2'000, 2'000}) {
    connect_failure(to);
    const auto pause = to.retry_pause().value_or(0ms).count();
    BOOST_TEST(pause >= longest / 2);
    BOOST_TEST(pause <= longest);
  }
  to.on_recovered();
  BOOST_TEST(!to.retry_pause());
}

BOOST_AUTO_TEST_CASE(a_pause_is_waited_for) {
  const TempFolder folder;
  auto to = link({.path = folder.path("none.sock")});
  connect_failure(to);
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(to.pause());
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= 25ms));
}

// --- what other threads do ---

BOOST_AUTO_TEST_CASE(another_address_counts_from_the_next_connection_on) {
  ScriptedRedis one(well);
  ScriptedRedis two(well);
  auto to = link(one.address());
  to.connect();
  to.set({.address = two.address(), .password = "new"});
  BOOST_TEST(!to.is_connected());
  to.connect();
  BOOST_TEST(to.is_connected());
  BOOST_TEST(get(to) == "GET");
  BOOST_TEST(one.hears("-"));
  BOOST_TEST(two.heard() == (Heard{"+", "AUTH new", "INFO server", "GET"}), boost::test_tools::per_element());
}

// The connection that is being made is already the wrong one.
BOOST_AUTO_TEST_CASE(another_address_while_it_connects) {
  ScriptedRedis two(well);
  std::atomic<RedisLink*> made = nullptr;
  ScriptedRedis one([&](const auto& command) {
    made.load()->set({.address = two.address()});
    return well(command);
  });
  auto to = link(one.address());
  made = &to;
  to.connect();
  BOOST_TEST(!to.is_connected());
  to.connect();
  BOOST_TEST(to.is_connected());
  BOOST_TEST(two.heard() == (Heard{"+", "INFO server"}), boost::test_tools::per_element());
}

// As when the address changes: the error of the interrupted connection is not one of the Redis.
BOOST_AUTO_TEST_CASE(an_interrupted_wait_ends_and_harms_no_health_after_set) {
  ScriptedRedis redis(replying(""));
  auto to = link(redis.address());
  to.interrupt();  // there is no connection
  to.connect();
  auto failed = std::async(std::launch::async,
                           [&] { return failure(to, [&] { reply(to, {redis_command({"GET"})}, 60s); }); });
  BOOST_TEST_REQUIRE(redis.hears("GET"));
  to.set({.address = redis.address()});
  to.interrupt();
  BOOST_TEST_REQUIRE((failed.wait_for(30s) == std::future_status::ready));
  BOOST_TEST(failed.get().starts_with("broken: "));
  BOOST_TEST(to.healthy());
  to.connect();
  BOOST_TEST(reply(to, {redis_command({"PING"})}) == "PING");
}

BOOST_AUTO_TEST_CASE(a_pause_ends_when_the_address_changes) {
  const TempFolder folder;
  auto to = link({.path = folder.path("none.sock")});
  for (int i = 0; i < 10; ++i) connect_failure(to);
  to.set({.address = {.path = folder.path("other.sock")}});
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(to.pause());
  // Half of the pause that would be due, or less.
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 1'000ms));
}

BOOST_AUTO_TEST_CASE(a_closed_link_neither_pauses_nor_blames_redis) {
  const TempFolder folder;
  auto to = link({.path = folder.path("none.sock")});
  auto waiting = std::async(std::launch::async, [&] {
    while (to.pause()) connect_failure(to);
  });
  to.close();
  BOOST_TEST_REQUIRE((waiting.wait_for(30s) == std::future_status::ready));
  BOOST_TEST(!to.pause());
  auto other = link({.path = folder.path("none.sock")});
  other.close();
  connect_failure(other);
  BOOST_TEST(other.healthy());
}

BOOST_AUTO_TEST_SUITE_END()
